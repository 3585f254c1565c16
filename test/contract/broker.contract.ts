import { afterAll, beforeAll, describe } from '@jest/globals';
import { brokerAnnounceContract } from './broker-announce.contract.js';
import { brokerAppendContract } from './broker-append.contract.js';
import { brokerReadContract } from './broker-read.contract.js';
import type { BrokerUnderTest } from './broker-under-test.js';

/** What every broker promises. Each test has channels of its own. */
export function brokerContract(adapter: string, start: () => Promise<BrokerUnderTest>): void {
  describe(`broker contract: ${adapter}`, () => {
    let current: BrokerUnderTest | null = null;

    const underTest = (): BrokerUnderTest => {
      if (current === null) throw new Error('the broker did not start');
      return current;
    };

    beforeAll(async () => {
      current = await start();
    });

    afterAll(() => current?.end());

    describe('append', () => {
      brokerAppendContract(underTest);
    });
    describe('read', () => {
      brokerReadContract(underTest);
    });
    describe('announce', () => {
      brokerAnnounceContract(underTest);
    });
  });
}
