// Puts the Lua scripts beside the compiled files that read them: the compiler copies none.
import { cpSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
cpSync(path.join(root, 'src'), path.join(root, 'dist'), {
  recursive: true,
  filter: (source) =>
    statSync(source).isDirectory()
      ? path.basename(source) !== 'node_modules'
      : source.endsWith('.lua'),
});
