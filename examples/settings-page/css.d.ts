import 'react';

declare module 'react' {
  interface CSSProperties {
    /** The colour of a monogram, in degrees. */
    '--hue'?: number;
  }
}
