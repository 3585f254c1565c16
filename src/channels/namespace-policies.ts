import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, type NamespacePolicy } from '../config/config.js';
import { namespacePolicy } from '../config/namespace-policy.js';
import { namespaceOf } from '../protocol/channel-name.js';

/** The rules of a channel, by its namespace. */
@Injectable()
export class NamespacePolicies {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Null: the namespace is not named and this server allows only named ones. */
  policyOf(channel: string): NamespacePolicy | null {
    return namespacePolicy(this.config.policy, namespaceOf(channel));
  }
}
