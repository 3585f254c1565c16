import path from 'node:path';
import process from 'node:process';
import { Child } from '../processes/child.js';
import { nodeOptions } from './node-options.js';
import type { Instance, StartOptions } from './peer.js';

/** Starts a program of this folder that says on which port it listens. */
export async function startProgram(
  name: string,
  program: string,
  options: StartOptions,
  env: Readonly<Record<string, string>>,
): Promise<Instance> {
  const file = path.join(import.meta.dirname, program);
  const args = [...nodeOptions(name, options), file];
  const child = new Child(name, 'measured', process.execPath, args, {
    NODE_ENV: 'production',
    ...env,
  });
  return { child, port: Number(await child.announced(/listening on (\d+)/)) };
}
