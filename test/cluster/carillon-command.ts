import path from 'node:path';
import process from 'node:process';
import { register } from '../support/actors.js';
import { Child } from '../support/child-process.js';

const root = path.resolve(import.meta.dirname, '../..');

/** What the tests look at in the JSON that `carillon verify --json` prints. */
export interface PrintedVerdict {
  readonly verdict: string;
  readonly because: string | null;
  readonly seed: number;
  readonly wasStopped: boolean;
  readonly instances: readonly string[];
  readonly violations: readonly {
    readonly invariant: string;
    readonly channel: string;
    readonly reader: string | null;
    readonly what: string;
  }[];
  readonly publishes: { readonly acknowledged: number; readonly retriedRefusals: number };
  readonly deliveries: { readonly checked: number; readonly resumed: number };
  readonly connections: { readonly lost: number; readonly leftOnPurpose: number };
  readonly told: {
    readonly gaps: number;
    readonly byReason: Readonly<Record<string, number>>;
    readonly refillsAsked: number;
  };
  readonly history: string | null;
}

/** Runs the built `carillon`; it is ended after the last test of the file. */
export function carillonCommand(...args: readonly string[]): Child {
  const main = path.join(root, 'client/cli/dist/main.js');
  const child = new Child(`carillon ${args[0] ?? ''}`, process.execPath, [main, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] },
  });
  register({ name: child.name, end: () => child.stop(2_000) });
  return child;
}

/** The verdict that it printed in the end. */
export function verdictOf({ lines }: Child): PrintedVerdict {
  const line = lines.find((it) => it.startsWith('{"verdict"'));
  if (line === undefined) throw new Error(`no verdict in:\n${lines.join('\n')}`);
  // Printed by the command just now.
  return JSON.parse(line) as PrintedVerdict;
}
