// Imported first by every script that a newcomer runs, so that an old Node gets one clear line
// instead of a syntax error. It may therefore use nothing that an old Node lacks.
import { readFileSync } from 'node:fs';

const manifest = new URL('../../package.json', import.meta.url);
const range = JSON.parse(readFileSync(manifest, 'utf8')).engines.node;

if (!isSupported(process.versions.node, range)) {
  process.stderr.write(
    `Carillon needs Node ${range}, and this is ${process.versions.node}: install a newer one.\n`,
  );
  process.exit(1);
}

/** Whether a version is in a range made of `^a.b.c` and `>=a.b.c`, joined by `||`. */
export function isSupported(version, range) {
  const actual = numbers(version);
  return range.split('||').some((part) => {
    const wanted = numbers(part);
    if (part.includes('^') && actual[0] !== wanted[0]) return false;
    for (let i = 0; i < 3; i++) {
      if (actual[i] !== wanted[i]) return actual[i] > wanted[i];
    }
    return true;
  });
}

function numbers(text) {
  return (text.match(/\d+/g) || []).slice(0, 3).map(Number);
}
