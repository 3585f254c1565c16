import type { NextFunction, Request, Response } from 'express';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self' ws: wss:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

export const CONTENT_SECURITY_POLICY = POLICY.join('; ');

/** The API page alone sets styles on its elements; no script of it is inline. */
export const DOCS_CONTENT_SECURITY_POLICY = POLICY.map((rule) =>
  rule.startsWith('style-src') ? "style-src 'self' 'unsafe-inline'" : rule,
).join('; ');

/** What a browser must know of every answer; a handler may loosen a header for its own page. */
export function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  // Answers tell of now: only the pages' own files may be kept.
  response.setHeader('Cache-Control', 'no-store');
  next();
}
