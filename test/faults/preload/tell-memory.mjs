// Loaded into an instance before its own code: SIGURG makes it collect its garbage and write what it holds
// then into MEMORY_FILE. What it holds between two collections says more of V8 than of the instance.
import { renameSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const file = process.env.MEMORY_FILE;

process.on('SIGURG', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  // What a finaliser lets go of is collected the second time.
  collect();
  collect();
  writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
  renameSync(`${file}.new`, file);
});
