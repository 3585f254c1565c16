import { type CustomDecorator, SetMetadata } from '@nestjs/common';
import type { Scope } from '../protocol/scopes.js';

/** What a route asks of its caller: a scope, or nothing because it is meant for everybody. */
export type RouteRight = { readonly scope: Scope } | { readonly open: true };

export const ROUTE_RIGHT = Symbol('RouteRight');

/** The route needs an admin key or a token with this scope. */
export function RequiresScope(scope: Scope): CustomDecorator<symbol> {
  return SetMetadata<symbol, RouteRight>(ROUTE_RIGHT, { scope });
}

/** The route is meant for everybody: said in so many words, because a route that says nothing is refused. */
export function OpenToAll(): CustomDecorator<symbol> {
  return SetMetadata<symbol, RouteRight>(ROUTE_RIGHT, { open: true });
}
