import { carillonDialect } from './carillon-dialect.js';
import { centrifugoDialect } from './centrifugo-dialect.js';
import type { Dialect } from './dialect.js';
import { roomDialect } from './room-dialect.js';

/** Which dialect a server speaks, and what its clients need to be let in. */
export type DialectChoice =
  | { readonly name: 'carillon'; readonly secret: string }
  | { readonly name: 'centrifugo'; readonly secret: string }
  | { readonly name: 'room' };

export function dialectOf(choice: DialectChoice): Dialect {
  switch (choice.name) {
    case 'carillon':
      return carillonDialect(choice.secret);
    case 'centrifugo':
      return centrifugoDialect(choice.secret);
    case 'room':
      return roomDialect;
  }
}
