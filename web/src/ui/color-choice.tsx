import { clsx } from "clsx";
import { Ban, Check } from "lucide-react";
import { useId } from "react";
import { COLORS, type Color } from "../../../shared/color.ts";
import { useTranslation } from "../i18n/use-translation.ts";

type ColorChoiceProps = {
  label: string;
  value: Color | null;
  onChange: (color: Color | null) => void;
  /** Hides the visible caption. */
  bare?: boolean;
};

const swatch =
  "flex size-7 cursor-pointer items-center justify-center rounded-full transition-transform duration-100 hover:scale-110 peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent motion-reduce:transition-none";

/** Nine colours and "no colour", as named radio buttons. */
export const ColorChoice = ({ label, value, onChange, bare = false }: ColorChoiceProps) => {
  const { t } = useTranslation();
  const name = useId();
  return (
    <fieldset className="min-w-0" aria-label={label}>
      {bare ? null : (
        <legend aria-hidden className="mb-1.5 text-sm font-medium text-muted">
          {label}
        </legend>
      )}
      <div className="grid w-fit grid-cols-5 gap-2">
        {([null, ...COLORS] as const).map((color) => {
          const text = color ? t(`color.${color}`) : t("color.none");
          return (
            <label key={color ?? "none"} title={text} className="relative">
              <input
                type="radio"
                name={name}
                aria-label={text}
                checked={value === color}
                onChange={() => onChange(color)}
                className="peer absolute inset-0 m-0 size-full cursor-pointer opacity-0"
              />
              <span
                data-color={color ?? undefined}
                className={clsx(
                  swatch,
                  color ? "bg-edge" : "border border-control text-muted",
                  value === color && "ring-2 ring-text ring-offset-2 ring-offset-overlay",
                )}
              >
                {color === null ? (
                  <Ban size={14} aria-hidden />
                ) : value === color ? (
                  <Check size={14} strokeWidth={3} aria-hidden className="text-[oklch(0.2_0_0)]" />
                ) : null}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
};
