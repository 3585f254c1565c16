import { Injectable } from '@nestjs/common';
import type { Access } from '../config/config.js';
import type { Action, Caller } from '../identity/caller.js';
import { isGranted } from '../identity/grants.js';
import {
  EVERYONE,
  isClientChannel,
  isServerChannel,
  tagChannel,
  userChannel,
} from '../protocol/channel-name.js';
import type { ChannelAuthorizer, Verdict } from './channel-authorizer.port.js';
import { NamespacePolicies } from './namespace-policies.js';

const ALLOWED: Verdict = { allowed: true, until: null };
const DENIED: Verdict = { allowed: false };

/** Decides by the policy file and by the grants of the token alone: both must allow. */
@Injectable()
export class PolicyAuthorizer implements ChannelAuthorizer {
  constructor(private readonly policies: NamespacePolicies) {}

  authorize(caller: Caller, action: Action, channel: string): Promise<Verdict> {
    return Promise.resolve(this.#isAllowed(caller, action, channel) ? ALLOWED : DENIED);
  }

  #isAllowed(caller: Caller, action: Action, channel: string): boolean {
    if (isServerChannel(channel)) return action === 'history' && isOwn(caller, channel);
    const policy = isClientChannel(channel) ? this.policies.policyOf(channel) : null;
    if (policy === null) return false;
    if (action === 'presence' && !policy.presence) return false;
    // Who may not follow a namespace may not look at its past or its people either.
    const access: Access = action === 'publish' ? policy.publish : policy.subscribe;
    switch (access) {
      case 'anyone':
        return caller.grants === null || isGranted(caller.grants, action, channel);
      case 'granted':
        return caller.grants !== null && isGranted(caller.grants, action, channel);
      case 'server':
        return false;
    }
  }
}

/** Every connection follows its own server channels from the start, and may read them back. */
function isOwn(caller: Caller, channel: string): boolean {
  return (
    channel === EVERYONE ||
    channel === userChannel(caller.user) ||
    caller.tags.some((tag) => channel === tagChannel(tag))
  );
}
