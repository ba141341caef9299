#!/usr/bin/env node
// Imported first, because a signal that arrives while the rest is loaded must not be lost.
import './src/workers/signals.ts';
import { setFlagsFromString } from 'node:v8';

// V8's defaults cost memory under load, and speed after an idle time (docs/performance.md). They are changed before the
// rest is loaded, because V8 schedules its first collection for idle processes while modules load.
setFlagsFromString('--heap-growing-percent=30');
setFlagsFromString('--gc-memory-reducer-start-delay-ms=2000000000');

const { runCommandLine } = await import('./src/commands/command-line.ts');
await runCommandLine();
