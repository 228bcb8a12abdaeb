import { createRequire } from 'node:module';

// Azurite reads its options from the command line and stops by itself on SIGTERM.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
createRequire(import.meta.url)('azurite/dist/src/azurite.js');
