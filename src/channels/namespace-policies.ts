import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, type NamespacePolicy } from '../config/config.js';
import { namespacePolicy } from '../config/namespace-policy.js';
import { namespaceOf } from '../protocol/channel-name.js';
import { publishLimits, type ToldLimits } from './publish-limits.js';

/** The rules of a channel, by its namespace. */
@Injectable()
export class NamespacePolicies {
  readonly #limits: ToldLimits;
  readonly #limitsWithGrants: ToldLimits;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.#limits = publishLimits(config.policy, { hasGrants: false });
    this.#limitsWithGrants = publishLimits(config.policy, { hasGrants: true });
  }

  /** Null: the namespace is not named and this server allows only named ones. */
  policyOf(channel: string): NamespacePolicy | null {
    return namespacePolicy(this.config.policy, namespaceOf(channel));
  }

  /** What sessions are told of publishing. */
  limitsFor(hasGrants: boolean): ToldLimits {
    return hasGrants ? this.#limitsWithGrants : this.#limits;
  }
}
