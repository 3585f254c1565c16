import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { register } from './actors.js';

/** Writes a policy file for `CARILLON_CONFIG` and resolves with its path; removed with the test file. */
export async function policyFile(policy: object): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'carillon-policy-'));
  register({ name: 'a policy file', end: () => rm(folder, { recursive: true, force: true }) });
  const file = path.join(folder, 'policy.json');
  await writeFile(file, JSON.stringify(policy));
  return file;
}
