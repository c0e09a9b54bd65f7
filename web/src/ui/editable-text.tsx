import { clsx } from "clsx";
import { useEffect, useRef, useState } from "react";

type EditableTextProps = {
  value: string;
  onSave: (value: string) => void;
  /** The name of the text box. */
  label: string;
  maxLength: number;
  className?: string;
  editing: boolean;
  onEditing: (editing: boolean) => void;
};

/** A name that becomes its own text box: Enter and leaving it save, Escape does not. */
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
  const left = useRef(false);
  useEffect(() => {
    box.current?.focus();
    box.current?.select();
  }, []);
  const leave = (result: string | null) => {
    if (left.current) return;
    left.current = true;
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
      onBlur={() => leave(text)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" && !event.nativeEvent.isComposing) leave(text);
        if (event.key === "Escape") leave(null);
      }}
    />
  );
};
