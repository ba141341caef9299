import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';

/** A GraphQL request that a page sent. */
interface SentOperation {
  readonly name: string | undefined;
  readonly apiKey: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A visitor with a browser profile: storage and cache persist between visits. */
export interface Visitor extends AsyncDisposable {
  readonly context: BrowserContext;
  /** The origins that the pages sent requests to. */
  readonly origins: ReadonlySet<string>;
  /** Errors, warnings and policy violations in the console. */
  readonly complaints: readonly string[];
  readonly operations: readonly SentOperation[];
}

/** A fresh profile with a window of 1400 by 900 pixels; disposing it closes its pages. */
export async function createVisitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  // In milliseconds. Shorter than a test's timeout, so that a failure names the element.
  context.setDefaultTimeout(30_000);
  const origins = new Set<string>();
  const complaints: string[] = [];
  const operations: SentOperation[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith('data:')) {
      origins.add(new URL(request.url()).origin);
    }
    if (request.method() === 'POST') {
      operations.push(toOperation(request));
    }
  });
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(message.text());
    }
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  return { context, origins, complaints, operations, [Symbol.asyncDispose]: () => context.close() };
}

function toOperation(request: Request): SentOperation {
  const body = JSON.parse(request.postData() ?? '{}') as Record<string, unknown>;
  const { operationName } = body;
  return {
    name: typeof operationName === 'string' ? operationName : undefined,
    apiKey: request.headers()['galileo-api-key'],
    body,
  };
}

/** Everything that a page can store in the browser, as one string. */
export function readStored(page: Page): Promise<string> {
  return page.evaluate<string>(`(async () => JSON.stringify({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    cookies: document.cookie,
    name: window.name,
    history: history.state,
    address: location.href,
  }))()`);
}
