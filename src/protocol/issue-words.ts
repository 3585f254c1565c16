import type { z } from 'zod';

/** Names of unknown fields are the sender's own words: this much of one is enough to find it. */
const NAME_LENGTH = 40;

const WANTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

const COUNTED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

/**
 * What to do about one issue of a request, as words that follow the name of a field: an error map for
 * `safeParse`. Never quotes a value. Where a schema has words of its own, those are used.
 */
export const issueWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = `give ${WANTED[issue.expected] ?? 'another kind of value'}`;
      return issue.input === undefined ? `it is missing, ${wanted}` : wanted;
    }
    case 'too_small':
      return `give at least ${counted(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `give at most ${counted(issue.origin, issue.maximum)}`;
    case 'invalid_value':
      return `give ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_format':
      return 'it has characters that are not allowed here';
    case 'unrecognized_keys':
      return `leave out \`${short(issue.keys[0] ?? '')}\`, which is not known here`;
    case 'invalid_union':
      return eitherOf(issue.errors);
    case 'invalid_key':
      return 'a field may not be called so';
    default:
      return 'it is not as expected';
  }
};

/** The words of each form that the value could have had, in one. */
function eitherOf(errors: readonly (readonly { readonly message: string }[])[]): string {
  const forms = errors.map(([first]) => first?.message.replace(/^give /, ''));
  return `give ${forms.filter((form) => form !== undefined).join(' or ')}`;
}

function counted(origin: string, bound: number | bigint): string {
  const words = COUNTED[origin];
  if (words === undefined) return String(bound);
  return `${bound} ${words[Number(bound) === 1 ? 0 : 1]}`;
}

function short(name: string): string {
  return name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH)}…` : name;
}
