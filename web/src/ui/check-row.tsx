import { Check } from "lucide-react";
import type { ReactNode } from "react";

type CheckRowProps = {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  children?: ReactNode;
  disabled?: boolean;
};

/** A native check box whose whole row is the target. */
export const CheckRow = ({ label, checked, onChange, children, disabled = false }: CheckRowProps) => (
  <label className="relative flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-accent has-disabled:cursor-default pointer-coarse:min-h-10">
    <input
      type="checkbox"
      aria-label={label}
      checked={checked}
      disabled={disabled}
      onChange={(event) => onChange(event.currentTarget.checked)}
      className="peer absolute inset-0 m-0 size-full cursor-pointer opacity-0"
    />
    <span
      aria-hidden
      className="flex size-4 shrink-0 items-center justify-center rounded-sm border border-control text-transparent peer-checked:border-accent peer-checked:bg-accent peer-checked:text-on-accent"
    >
      <Check size={12} strokeWidth={3} />
    </span>
    {children ?? <span className="min-w-0 truncate">{label}</span>}
  </label>
);
