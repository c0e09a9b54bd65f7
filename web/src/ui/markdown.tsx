import { createContext, type ReactNode, useContext } from "react";
import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";

const safe = [rehypeSanitize];
const flavour = [remarkGfm];

const WithinLink = createContext(false);

type OutwardProps = { href: string | undefined; title: string | undefined; children: ReactNode };

const Outward = ({ href, title, children }: OutwardProps) => (
  <a href={href} title={title} target="_blank" rel="noopener noreferrer nofollow">
    <WithinLink value={true}>{children}</WithinLink>
  </a>
);

/** A picture from elsewhere would tell its owner who reads the task and when: it is a link to follow or not. */
const Picture = ({
  src,
  alt,
  title,
}: {
  src: string | undefined;
  alt: string | undefined;
  title: string | undefined;
}) => {
  const text = alt || src;
  return useContext(WithinLink) || !src ? (
    text
  ) : (
    <Outward href={src} title={title}>
      {text}
    </Outward>
  );
};

/** Markdown that people wrote, made harmless; links open beside the board. */
export const Markdown = ({ text }: { text: string }) => (
  <div className="prose">
    <ReactMarkdown
      remarkPlugins={flavour}
      rehypePlugins={safe}
      components={{
        a: ({ href, title, children }) => (
          <Outward href={href} title={title}>
            {children}
          </Outward>
        ),
        img: ({ src, alt, title }) => (
          <Picture src={typeof src === "string" ? src : undefined} alt={alt} title={title} />
        ),
      }}
    >
      {text}
    </ReactMarkdown>
  </div>
);
