import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { parseRequest, refusalOf } from './parse-request.js';

/**
 * Checks `@Body({ schema })` and `@Query({ schema })`. Nest's own pipe takes keys such as
 * `constructor` out of the value before it looks: that would change what somebody publishes.
 */
@Injectable()
export class SchemaPipe implements PipeTransform {
  async transform(value: unknown, { schema }: ArgumentMetadata): Promise<unknown> {
    if (schema === undefined) return value;
    if (schema instanceof z.ZodType) return parseRequest(schema, value);
    const result = await schema['~standard'].validate(value);
    if (result.issues === undefined) return result.value;
    throw refusalOf(result.issues, value);
  }
}
