import { clsx } from "clsx";
import { useEffect, useRef, useState } from "react";

type EditableTextProps = {
  value: string;
  onSave: (value: string) => void;
  /** The accessible name of the text box. */
  label: string;
  maxLength: number;
  className?: string;
  editing: boolean;
  onEditing: (editing: boolean) => void;
};

/** A text that is edited in place. Enter and blur save, Escape discards. */
export const EditableText = ({ value, onSave, label, maxLength, className, editing, onEditing }: EditableTextProps) =>
  editing ? (
    <EditBox
      value={value}
      label={label}
      maxLength={maxLength}
      className={clsx("field min-h-0! py-0.5", className)}
      onDone={(text) => {
        const name = text?.trim();
        if (name && name !== value) onSave(name);
        onEditing(false);
      }}
    />
  ) : (
    <span className={clsx("truncate", className)} title={value}>
      {value}
    </span>
  );

const EditBox = ({
  value,
  label,
  maxLength,
  className,
  onDone,
}: {
  value: string;
  label: string;
  maxLength: number;
  className: string;
  onDone: (text: string | null) => void;
}) => {
  const [text, setText] = useState(value);
  const box = useRef<HTMLInputElement>(null);
  const isClosed = useRef(false);
  useEffect(() => {
    box.current?.focus();
    box.current?.select();
  }, []);
  const close = (result: string | null) => {
    if (isClosed.current) return;
    isClosed.current = true;
    onDone(result);
  };
  return (
    <input
      ref={box}
      aria-label={label}
      value={text}
      maxLength={maxLength}
      className={className}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => close(text)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" && !event.nativeEvent.isComposing) close(text);
        if (event.key === "Escape") close(null);
      }}
    />
  );
};
