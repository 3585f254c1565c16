// Loaded into every instance before its own code: node --import on-leash.mjs dist/main.js
import { leash } from '../setup/leash.mjs';

leash();
