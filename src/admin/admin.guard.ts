import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { CONFIG, type Config } from '../config/config.js';
import { IdentityService } from '../identity/identity.service.js';
import { hasScope } from '../identity/scopes.js';
import { CarillonError } from '../protocol/carillon-error.js';
import type { Scope } from '../protocol/scopes.js';
import { admit } from './principal.js';
import { ROUTE_RIGHT, type RouteRight } from './requires-scope.js';

const BEARER = /^Bearer +([!-~]+) *$/i;

/** Lets a request through whose key or token opens the scope that its route declares. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly identity: IdentityService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'metricsAuth'>,
  ) {}

  /** Always true, or rejects with `unauthenticated`, `token_expired` or `forbidden`. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const right = this.reflector.getAllAndOverride<RouteRight | undefined>(ROUTE_RIGHT, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (right === undefined) {
      throw new CarillonError('forbidden', 'This route declares no scope, so nobody may use it.');
    }
    if ('open' in right || this.isOpen(right.scope)) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const principal = await this.identity.principalOf(bearerOf(request));
    if (!hasScope(principal.scopes, right.scope)) {
      throw new CarillonError('forbidden', `This needs a key or token with \`${right.scope}\`.`, {
        details: { scope: right.scope },
      });
    }
    admit(request, principal);
    return true;
  }

  private isOpen(scope: Scope): boolean {
    return scope === 'metrics.read' && !this.config.metricsAuth;
  }
}

/** Two headers could name two callers: whoever sits in front may have looked at the other one. */
function bearerOf(request: Request): string {
  const headers = request.headersDistinct['authorization'] ?? [];
  const [, bearer] = BEARER.exec(headers[0] ?? '') ?? [];
  if (bearer !== undefined && headers.length === 1) return bearer;
  throw new CarillonError(
    'unauthenticated',
    'Send one `Authorization: Bearer <admin key or token>` header.',
  );
}
