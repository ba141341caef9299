const paths = {
  alert: 'M8 4.5v4M8 11.2v.1M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z',
  check: 'M3 8.5l3.2 3.2L13 5',
  close: 'M4 4l8 8M12 4l-8 8',
  file: 'M4 1.8h5.2L12.5 5v9.2H4zM9 2v3.2h3.2',
  key: 'M10.2 1.8a4 4 0 1 1-3.3 6.3L2 13v1.2h2.6v-1.9h1.9v-1.9l.9-.9M11.2 4.8v.1',
  plus: 'M8 3v10M3 8h10',
  refresh: 'M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 1.5v3h-3',
  search: 'M7 2.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6zM10.5 10.5l3.4 3.4',
};

export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
