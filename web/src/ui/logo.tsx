/** Inline, since a separate image file could be missing offline. */
export const Mark = ({ size, className }: { size: number; className?: string }) => (
  <svg viewBox="0 0 32 32" width={size} height={size} className={className} aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="#1b6272" />
    <rect x="7" y="8" width="5" height="16" rx="1.5" fill="#fff" />
    <rect x="13.5" y="8" width="5" height="10" rx="1.5" fill="#fff" fillOpacity=".85" />
    <rect x="20" y="8" width="5" height="6" rx="1.5" fill="#ffc46b" />
  </svg>
);

export const Logo = ({ small = false }: { small?: boolean }) => (
  <span className="inline-flex items-center gap-2">
    <Mark size={small ? 22 : 26} />
    <span className="text-lg font-semibold tracking-tight">Artel</span>
  </span>
);
