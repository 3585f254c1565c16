import { expect, test } from '@jest/globals';
import path from 'node:path';

const file = path.resolve(import.meta.dirname, '../../../scripts/setup/check-node.mjs');
const { isSupported } = (await import(file)) as {
  isSupported(version: string, range: string): boolean;
};

const range = '^20.19.0 || ^22.12.0 || >=24.9.0';

test.each(['20.19.0', '20.20.2', '22.12.0', '22.13.1', '24.9.0', '24.10.0', '26.0.0'])(
  'Node %s is new enough',
  (version) => {
    expect(isSupported(version, range)).toBe(true);
  },
);

test.each(['18.20.4', '20.18.3', '21.7.0', '22.11.9', '23.11.0', '24.8.9'])(
  'Node %s is too old, or was never supported',
  (version) => {
    expect(isSupported(version, range)).toBe(false);
  },
);
