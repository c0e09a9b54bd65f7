import { createContext, type ReactNode, useContext } from "react";
import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";

const REHYPE_PLUGINS = [rehypeSanitize];
const REMARK_PLUGINS = [remarkGfm];

const WithinLink = createContext(false);

type ExternalLinkProps = { href: string | undefined; title: string | undefined; children: ReactNode };

const ExternalLink = ({ href, title, children }: ExternalLinkProps) => (
  <a href={href} title={title} target="_blank" rel="noopener noreferrer nofollow">
    <WithinLink value={true}>{children}</WithinLink>
  </a>
);

/** Shows an image as a link: loading it would tell its host who reads the task, and when. */
const ImageLink = ({
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
    <ExternalLink href={src} title={title}>
      {text}
    </ExternalLink>
  );
};

/** Renders user-written Markdown, sanitized. Links open in a new tab. */
export const Markdown = ({ text }: { text: string }) => (
  <div className="prose">
    <ReactMarkdown
      remarkPlugins={REMARK_PLUGINS}
      rehypePlugins={REHYPE_PLUGINS}
      components={{
        a: ({ href, title, children }) => (
          <ExternalLink href={href} title={title}>
            {children}
          </ExternalLink>
        ),
        img: ({ src, alt, title }) => (
          <ImageLink src={typeof src === "string" ? src : undefined} alt={alt} title={title} />
        ),
      }}
    >
      {text}
    </ReactMarkdown>
  </div>
);
