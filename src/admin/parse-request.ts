import type { z } from 'zod';
import { CarillonError } from '../protocol/carillon-error.js';
import { issueWords } from '../protocol/issue-words.js';

/** The value as a schema knows it, or a refusal that names the first field that is wrong. */
export function parseRequest<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: issueWords });
  if (parsed.success) return parsed.data;
  throw refusalOf(parsed.error.issues, value);
}

/** What a refusal needs of an issue; the fields of any Standard Schema, and two of zod's. */
export interface Issue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
  readonly code?: string | undefined;
  readonly keys?: readonly string[];
}

/** A field name of the request is quoted, at most this much of it; never a value. */
const NAME_LENGTH = 64;

export function refusalOf(issues: readonly Issue[], value: unknown): CarillonError {
  if (value === undefined) return new CarillonError('invalid_request', 'Send a JSON body.');
  const [issue] = issues;
  const path = (issue?.path ?? []).map((part) =>
    String(typeof part === 'object' ? part.key : part),
  );
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys?.[0] : undefined;
  if (unknown !== undefined) {
    const field = nameOf([...path, unknown]);
    return new CarillonError('invalid_request', `Unknown field \`${field}\`: leave it out.`, {
      details: { field },
    });
  }
  const problem = issue?.message ?? 'not as expected';
  if (path.length === 0) return new CarillonError('invalid_request', `The request: ${problem}.`);
  const field = nameOf(path);
  return new CarillonError('invalid_request', `\`${field}\`: ${problem}.`, { details: { field } });
}

function nameOf(path: readonly string[]): string {
  const name = path.join('.');
  return name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH)}…` : name;
}
