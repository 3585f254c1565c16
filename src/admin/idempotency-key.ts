import { randomUUID } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { CarillonError } from '../protocol/carillon-error.js';
import { messageId } from '../protocol/fields.js';

/** The `Idempotency-Key` header, checked as a message id; null when it was not sent. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const header = context.switchToHttp().getRequest<Request>().headers['idempotency-key'];
  return header === undefined ? null : checked(String(header), 'the `Idempotency-Key` header');
});

/** The id of a publish: from the body or the header, which must agree, or a fresh one. */
export function idFrom(body: string | undefined, key: string | null): string {
  if (body !== undefined && key !== null && body !== key) {
    throw new CarillonError(
      'invalid_request',
      '`id` and the `Idempotency-Key` header differ: send one of them, or the same in both.',
    );
  }
  return body ?? key ?? randomUUID();
}

/** The id of a batch item that has none: the same request sent again must name the same messages. */
export function itemId(id: string | undefined, key: string | null, index: number): string {
  if (id !== undefined) return id;
  return key === null
    ? randomUUID()
    : checked(`${key}:${index}`, 'the `Idempotency-Key` header with `:<index>`');
}

function checked(id: string, where: string): string {
  if (messageId.safeParse(id).success) return id;
  throw new CarillonError('invalid_request', `Use 1 to 128 printable characters for ${where}.`);
}
