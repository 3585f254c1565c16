/**
 * The text with the bug in it.
 *
 * @throws Error when the place is not there, or is there more than once: the mutant is stale
 */
export function planted(text, { file, find, replace }) {
  const places = text.split(find).length - 1;
  if (places !== 1) throw new Error(`stale: ${file} has ${places} times ${JSON.stringify(find)}`);
  // Not as a string: `$` would mean something in it.
  return text.replace(find, () => replace);
}
