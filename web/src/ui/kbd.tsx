export const Kbd = ({ children }: { children: string }) => (
  <kbd className="inline-flex min-w-6 items-center justify-center rounded-sm border border-border bg-sunken px-1.5 font-sans text-xs/5 font-medium text-text">
    {children}
  </kbd>
);
