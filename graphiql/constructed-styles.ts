import { useEffect } from 'react';

interface Stylesheet {
  add(css: string): void;
  remove(): void;
}

/**
 * Replaces the package `react-style-singleton`, which writes `<style>` elements. A constructed stylesheet does the same without
 * 'unsafe-inline' in the page's policy.
 */
export function stylesheetSingleton(): Stylesheet {
  let users = 0;
  let sheet: CSSStyleSheet | undefined;
  return {
    add(css) {
      users += 1;
      if (sheet === undefined) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        document.adoptedStyleSheets.push(sheet);
      }
    },
    remove() {
      users -= 1;
      if (users === 0) {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
        sheet = undefined;
      }
    },
  };
}

/** Replaces the package's hook: a style exists as long as a component uses it. Only dynamic styles change. */
export function styleHookSingleton(): (css: string, isDynamic?: boolean) => void {
  const sheet = stylesheetSingleton();
  return function useStyle(css, isDynamic) {
    // Only dynamic styles are written again.
    const version = isDynamic === true ? css : '';
    useEffect(() => {
      sheet.add(css);
      return () => sheet.remove();
      // oxlint-disable-next-line react-hooks/exhaustive-deps
    }, [version]);
  };
}

/** Replaces the package's component, which calls the hook. */
export function styleSingleton(): (props: { readonly styles: string; readonly dynamic?: boolean }) => null {
  const useStyle = styleHookSingleton();
  return function Sheet({ styles, dynamic }) {
    useStyle(styles, dynamic);
    return null;
  };
}
