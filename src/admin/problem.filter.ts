import { randomUUID } from 'node:crypto';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  MethodNotAllowedException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { type Observable, throwError } from 'rxjs';
import { allowedMethods } from './allowed-methods.js';
import { type Problem, problemOf } from './problem.js';

const NOT_FOUND = 404;

/** Where nothing better is known: soon enough for a blip, late enough not to hammer. */
const RETRY_AFTER_MS = 1000;

/** Turns every error of an HTTP request into one problem body; what is not ours is logged once. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('admin');

  catch(thrown: unknown, host: ArgumentsHost): Observable<never> | undefined {
    // The relay microservice inherits global filters: its errors are not for HTTP.
    if (host.getType() !== 'http') return throwError(() => thrown);
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return undefined;
    }
    const error = this.withAllowedMethods(thrown, request, response);
    const problem = this.named(problemOf(error), error);
    this.setHeaders(problem, request, response);
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
    return undefined;
  }

  /** The router says `not found` for a known path with another method. */
  private withAllowedMethods(error: unknown, request: Request, response: Response): unknown {
    if (!(error instanceof HttpException) || error.getStatus() !== NOT_FOUND) return error;
    // A cast at the boundary: the application's router is not in its published type.
    const router = request.app.router as { readonly stack?: readonly unknown[] } | undefined;
    const methods = allowedMethods(router?.stack ?? [], request.path);
    if (methods.length === 0 || methods.includes(request.method)) return error;
    response.setHeader('Allow', methods.join(', '));
    return new MethodNotAllowedException();
  }

  private named(problem: Problem, error: unknown): Problem {
    if (problem.code !== 'internal') return problem;
    const id = randomUUID();
    this.logger.error(
      `A request failed: ${id}`,
      error instanceof Error ? error.stack : String(error),
    );
    return { ...problem, instance: `urn:uuid:${id}` };
  }

  private setHeaders(problem: Problem, request: Request, response: Response): void {
    const { status, code, details } = problem;
    if (status === 401) {
      const presented = request.headers.authorization !== undefined;
      response.setHeader(
        'WWW-Authenticate',
        presented ? 'Bearer realm="carillon", error="invalid_token"' : 'Bearer realm="carillon"',
      );
    }
    if (code === 'forbidden' && typeof details?.['scope'] === 'string') {
      response.setHeader(
        'WWW-Authenticate',
        `Bearer realm="carillon", error="insufficient_scope", scope="${details['scope']}"`,
      );
    }
    // The next request should find another instance.
    if (code === 'draining') response.setHeader('Connection', 'close');
    if (status === 429 || status === 503) {
      const waitMs = problem.retryAfterMs ?? RETRY_AFTER_MS;
      response.setHeader('Retry-After', String(Math.max(1, Math.ceil(waitMs / 1000))));
    }
  }
}
