import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser of the browser tests: `CHROMIUM_PATH`, or the first of the usual paths that exists. */
function findChromium(): string | undefined {
  const chosen = process.env['CHROMIUM_PATH'];
  return chosen !== undefined && chosen !== '' ? chosen : USUAL_PATHS.find((path) => existsSync(path));
}

/**
 * Whether to skip the browser tests. Prints the reason on standard error. In CI they are never skipped: a missing
 * browser fails them.
 */
export function isWithoutBrowser(): boolean {
  if (findChromium() !== undefined || (process.env['CI'] ?? '') !== '') {
    return false;
  }
  process.stderr.write(
    'Skipped the browser tests: no Chromium was found. Install one, or name it in CHROMIUM_PATH.\n',
  );
  return true;
}

/** Throws if there is no Chromium. The browser does not request updates or experiments. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error('The browser tests need Chromium: install one, or name it in CHROMIUM_PATH.');
  }
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
