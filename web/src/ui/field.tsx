import { clsx } from "clsx";
import { type ComponentProps, type ReactNode, useId } from "react";

type Common = { label: string; hint?: ReactNode; error?: string | undefined };

const Message = ({ id, hint, error }: { id: string; hint?: ReactNode; error?: string | undefined }) =>
  error ? (
    <p id={id} className="text-sm text-danger">
      {error}
    </p>
  ) : hint ? (
    <p id={id} className="text-sm text-muted">
      {hint}
    </p>
  ) : null;

export const TextField = ({ label, hint, error, className, ...rest }: Common & Omit<ComponentProps<"input">, "id">) => {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${id}-message` : undefined}
        className={clsx("field", className)}
      />
      <Message id={`${id}-message`} hint={hint} error={error} />
    </div>
  );
};

export const SelectField = ({
  label,
  hint,
  error,
  className,
  children,
  ...rest
}: Common & Omit<ComponentProps<"select">, "id">) => {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <select
        {...rest}
        id={id}
        aria-describedby={error || hint ? `${id}-message` : undefined}
        className={clsx("field", className)}
      >
        {children}
      </select>
      <Message id={`${id}-message`} hint={hint} error={error} />
    </div>
  );
};
