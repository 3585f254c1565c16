import type { z } from 'zod';
import { CarillonError } from '../protocol/carillon-error.js';
import { issueWords } from '../protocol/issue-words.js';

/** Characters of a field or a problem: a refusal does not hand the request back. */
const WORDS_MAX = 64;

function short(text: string): string {
  const line = text.replace(/\.$/, '');
  return line.length <= WORDS_MAX ? line : `${line.slice(0, WORDS_MAX)}…`;
}

/** Problems named in one refusal; the rest would only be noise. */
const PROBLEMS_MAX = 5;

/**
 * The one object of a command as its schema has it.
 *
 * @throws CarillonError `invalid_request`, which names what is wrong
 */
export function checkedCommand<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body, { error: issueWords });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, PROBLEMS_MAX)
    .map(({ path, message }) => ({ field: short(path.join('.')), problem: short(message) }));
  const [first] = problems;
  throw new CarillonError(
    'invalid_request',
    first
      ? `Mend the request: ${first.field === '' ? 'it' : `\`${first.field}\``}: ${first.problem}.`
      : 'Mend the request.',
    { details: { problems } },
  );
}
