export const Logo = ({ small = false }: { small?: boolean }) => (
  <span className="inline-flex items-center gap-2">
    <img src="/icon.svg" alt="" width={small ? 22 : 26} height={small ? 22 : 26} />
    <span className="text-lg font-semibold tracking-tight">Artel</span>
  </span>
);
