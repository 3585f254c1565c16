import { findProgram } from './find-program.mjs';
import { run } from './run.mjs';

const oldestMajor = 7;

/** A redis-server that is new enough: `{ path }`, or `{ missing }` with what to do about it. */
export async function findRedis() {
  const found = await findProgram({
    variable: 'REDIS_SERVER',
    names: ['redis-server'],
    debianPackage: 'redis-server',
    advice:
      'install Redis 7 or later (apt-get install redis-server, brew install redis), or name the program in REDIS_SERVER',
  });
  if (found.missing !== undefined) return found;
  const version = /v=(\d+)\.(\d+)/.exec(await run(found.path, ['--version']));
  if (version === null || Number(version[1]) < oldestMajor) {
    const what = version === null ? 'no Redis' : `Redis ${version[1]}.${version[2]}`;
    return { missing: `${found.path} is ${what}: version ${oldestMajor} or later is needed` };
  }
  return found;
}
