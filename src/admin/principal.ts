import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Principal } from '../identity/caller.js';

/** Kept beside the requests: nothing that a request carries can be mistaken for it. */
const principals = new WeakMap<Request, Principal>();

/** Called by the guard alone, once it has checked the key or token. */
export function admit(request: Request, principal: Principal): void {
  principals.set(request, principal);
}

/** Who makes the request, as the guard found out. */
export const Administrator = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const principal = principals.get(context.switchToHttp().getRequest<Request>());
  if (principal === undefined) throw new Error('A route that names its caller must need a scope.');
  return principal;
});
