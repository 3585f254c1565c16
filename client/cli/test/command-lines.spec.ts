import { describe, expect, test } from '@jest/globals';
import { commandLine } from './support/command-line.js';

const COMMANDS = ['verify', 'token', 'publish', 'tail', 'broadcast'];

describe('a command line', () => {
  test('without a command gets the list of commands', async () => {
    const { code, out } = await commandLine([]);
    expect(code).toBe(0);
    for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  test.each(COMMANDS)('%s --help tells its options and gives examples', async (name) => {
    const { code, out } = await commandLine([name, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: carillon ${name}`);
    expect(out).toMatch(new RegExp(`Examples\n {2}carillon ${name} `));
  });

  test.each([
    [['toll'], 'There is no command "toll".'],
    [['verify', '--speed', '9'], "Unknown option '--speed'."],
    [['verify', '--url', 'nowhere'], '--url must be an http or https address'],
    [['verify', '--duration', 'soon'], '--duration must be a time such as 30s'],
    [['verify', '--rate', '1.5'], '--rate must be a whole number from 1 to 10000, not "1.5"'],
    [['verify', '--reconnect', '13'], '--reconnect must be a whole number from 0 to 12'],
    [['verify', '--duration', '24h'], 'about 62,208,000 deliveries'],
    [['verify', 'now'], 'verify takes options alone'],
    [['token', 'ann'], 'There is no secret to sign with.'],
    [['token', 'ann', '--secret', 's', '--grant', 'chat:*=shout'], '--grant cannot be read'],
    [['publish', 'chat:lobby'], 'Name a channel and what to publish'],
    [['publish', 'chat:lobby', 'x', '--priority', 'loud'], '--priority must be one of critical'],
    [['tail'], 'Name a channel.'],
    [['broadcast', 'hello'], 'There is no key to broadcast with.'],
    [['broadcast', 'hello', '--admin-key', 'k'], 'Name exactly one audience.'],
    [['broadcast', 'hi', '--admin-key', 'k', '--everyone', '--users', 'a'], 'exactly one audience'],
  ])('%j is refused with 2, the reason and the way out', async (args, reason) => {
    const { code, out, err } = await commandLine(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(reason);
    expect(err).toContain('What next\n    - ');
  });
});
