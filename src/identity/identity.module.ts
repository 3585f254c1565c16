import { Module } from '@nestjs/common';
import { AdminKeys } from './admin-keys.js';
import { IdentityService } from './identity.service.js';
import { TokenVerifier } from './token-verifier.js';

/** Needs the global configuration and clock; gives `IdentityService`. */
@Module({
  providers: [AdminKeys, TokenVerifier, IdentityService],
  exports: [IdentityService],
})
export class IdentityModule {}
