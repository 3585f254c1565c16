import { describeEnvironment } from './environment-schema.js';

const TABLE_BEGIN = '<!-- config:begin -->';
const TABLE_END = '<!-- config:end -->';

/** The text of `.env.example`: every variable, commented out, with its default. */
export function renderEnvExample(): string {
  const entries = describeEnvironment().map(({ name, meaning, isLiteral, ...words }) => {
    const unset = isLiteral ? '' : ` (default: ${words.default})`;
    return `# ${meaning}${unset}\n#${name}=${isLiteral ? words.default : ''}\n`;
  });
  return [
    '# Every setting of Carillon. Generated from the schema in src/config: do not edit.\n',
    ...entries,
  ].join('\n');
}

/** Every variable as a Markdown table. */
export function renderConfigTable(): string {
  const rows = describeEnvironment().map(({ name, meaning, isLiteral, ...words }) => {
    const value = isLiteral ? `\`${words.default}\`` : words.default;
    return `| \`${name}\` | ${value} | ${meaning.replaceAll('|', '\\|')} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** `page` with the table between its two markers; a page without them is handed back as it is. */
export function withConfigTable(page: string): string {
  const begin = page.indexOf(TABLE_BEGIN);
  const end = page.indexOf(TABLE_END);
  if (begin === -1 || end < begin) return page;
  const head = page.slice(0, begin + TABLE_BEGIN.length);
  return `${head}\n\n${renderConfigTable()}\n\n${page.slice(end)}`;
}
