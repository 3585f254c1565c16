import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type AdminKey, type Config } from '../config/config.js';

/** The keys that open the REST API, of which only digests are known here. */
@Injectable()
export class AdminKeys {
  readonly #keys: readonly { readonly key: AdminKey; readonly digest: Buffer }[];

  constructor(@Inject(CONFIG) config: Config) {
    this.#keys = config.adminKeys.map((key) => ({ key, digest: Buffer.from(key.sha256, 'hex') }));
  }

  /**
   * The key that `presented` is, or null. Digests have one length and every one of them is
   * compared, so the time tells nothing about how near a guess was.
   */
  find(presented: string): AdminKey | null {
    const digest = createHash('sha256').update(presented).digest();
    let found: AdminKey | null = null;
    for (const candidate of this.#keys) {
      if (timingSafeEqual(candidate.digest, digest)) found = candidate.key;
    }
    return found;
  }
}
