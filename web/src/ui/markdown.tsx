import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";

const safe = [rehypeSanitize];
const flavour = [remarkGfm];

/** Markdown that people wrote, made harmless; links open beside the board. */
export const Markdown = ({ text }: { text: string }) => (
  <div className="prose">
    <ReactMarkdown
      remarkPlugins={flavour}
      rehypePlugins={safe}
      components={{
        a: ({ href, title, children }) => (
          <a href={href} title={title} target="_blank" rel="noopener noreferrer nofollow">
            {children}
          </a>
        ),
      }}
    >
      {text}
    </ReactMarkdown>
  </div>
);
