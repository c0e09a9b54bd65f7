import type { ReactNode } from "react";

type FullMessageProps = {
  icon: ReactNode;
  title: string;
  text: string;
  children?: ReactNode;
  /** Renders inside the page's `main` instead of being one. */
  within?: boolean;
};

/** A page with one message and its actions. */
export const FullMessage = ({ icon, title, text, children, within = false }: FullMessageProps) => {
  const Frame = within ? "div" : "main";
  return (
    <Frame className="flex h-full flex-col items-center justify-center gap-4 p-6 text-center">
      <span aria-hidden className="flex size-14 items-center justify-center rounded-xl bg-accent-soft text-accent-text">
        {icon}
      </span>
      <div className="flex max-w-md flex-col gap-1.5">
        <h1 className="text-xl font-semibold">{title}</h1>
        <p className="text-muted">{text}</p>
      </div>
      {children ? <div className="mt-1 flex flex-wrap justify-center gap-2">{children}</div> : null}
    </Frame>
  );
};
