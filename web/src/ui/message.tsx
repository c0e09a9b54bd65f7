import { clsx } from "clsx";
import { CircleAlert, Info } from "lucide-react";
import type { ReactNode } from "react";

/** An inline notice. With tone `danger` it is an alert, which screen readers announce at once. */
export const Message = ({ tone, children }: { tone: "danger" | "note"; children: ReactNode }) => (
  <div
    {...(tone === "danger" ? { role: "alert" } : {})}
    className={clsx(
      "flex items-start gap-2 rounded-md px-3 py-2",
      tone === "danger" ? "bg-danger-soft text-danger" : "bg-sunken text-text",
    )}
  >
    <span aria-hidden className="mt-0.5">
      {tone === "danger" ? <CircleAlert size={16} /> : <Info size={16} />}
    </span>
    <div className="min-w-0 flex-1 break-words">{children}</div>
  </div>
);
