#!/usr/bin/env node
// Imported first, because a signal that arrives while the rest is loaded must not be lost.
import './src/workers/signals.ts';

const { runCommandLine } = await import('./src/commands/command-line.ts');
await runCommandLine();
