"""Web pages written in the styles of Chinese government sites: one report, eight ways to surround and to mark it up.

Each style is a function of a report's title and its lines, of which headings begin with ``#``. The styles are of this project:
they show what such pages share (breadcrumbs, metadata tables, share buttons, size switches, print links, repeated bodies).
"""

from collections.abc import Callable, Sequence
from html import escape

Style = Callable[[str, Sequence[str]], str]

_NAVIGATION = "".join(
    f'<li><a href="/{n}">{name}</a></li>' for n, name in enumerate(("首页", "政务公开", "办事服务", "互动交流", "法治清源"))
)
_FOOTER = (
    '<div class="footer"><p>主办单位：清源市司法局　承办单位：清源市大数据中心</p><p>网站标识码：3300000001　浙ICP备00000001号　'
    "浙公网安备33000000000001号</p><p>建议使用1024*768以上分辨率浏览。未经授权禁止转载、摘编、复制或建立镜像，如有违反，追究法律责任。</p></div>"
)
_SHARE = '<div class="share bdsharebuttonbox"><a>微信</a><a>微博</a><a>QQ空间</a></div>'
_TOOLS = (
    '<p>【字体：<a>大</a> <a>中</a> <a>小</a>】 【<a href="javascript:window.print()">打印本页</a>】【<a>关闭窗口</a>】</p>'
)
_RELATED = '<ul class="related"><li><a href="/a">市司法局召开全市司法行政工作会议</a></li><li><a href="/b">清源市举行“12·4”国家宪法日活动</a></li></ul>'
_METADATA = (
    "<table><tr><td>索引号：</td><td>002491034/2024-00016</td><td>文号：</td><td>清司〔2024〕14号</td></tr>"
    "<tr><td>发布机构：</td><td>清源市司法局</td><td>发布日期：</td><td>2024-03-04</td></tr></table>"
)


def _bare(line: str) -> str:
    return escape(line.removeprefix("#").strip())


def _paragraphs(lines: Sequence[str], indent: str = "　　", heading: str = "<p><strong>{}</strong></p>") -> str:
    return "\n".join(
        heading.format(_bare(line)) if line.startswith("#") else f"<p>{indent}{_bare(line)}</p>" for line in lines
    )


def _page(title: str, body: str, head: str = "") -> str:
    return f"<!DOCTYPE html>\n<html><head><meta charset='utf-8'>{head}<title>{escape(title)}_清源市司法局</title></head><body>{body}</body></html>"


def editor(title: str, lines: Sequence[str]) -> str:
    """Lay out as a content management system does, with its editor's container, a metadata table above and tools below."""
    return _page(
        title,
        f"<div class='top'><ul>{_NAVIGATION}</ul></div><div class='position'>当前位置：<a>首页</a> &gt; <a>政务公开</a> &gt; <a>工作总结</a></div>"
        f"{_METADATA}<h1>{escape(title)}</h1><p class='info'>发布日期：2024-03-04 10:20　信息来源：清源市司法局　浏览次数：<span id='hits'></span></p>{_TOOLS}"
        f"<div class='TRS_Editor'>{_paragraphs(lines)}</div>{_SHARE}{_TOOLS}{_RELATED}{_FOOTER}",
        "<meta name='ArticleTitle' content='"
        + escape(title)
        + "'><meta name='PubDate' content='2024-03-04 10:20'><meta name='ContentSource' content='清源市司法局'>",
    )


def tables(title: str, lines: Sequence[str]) -> str:
    """Lay out an old page: everything in nested tables, one cell with the text, its lines divided by ``br``."""
    text = "<br><br>\n".join(f"&nbsp;&nbsp;&nbsp;&nbsp;{_bare(line)}" for line in lines)
    return _page(
        title,
        f"<table width='1000'><tr><td><table><tr><td>{_NAVIGATION}</td></tr></table></td></tr><tr><td>您现在的位置：首页 &gt;&gt; 工作动态</td></tr>"
        f"<tr><td align='center'><font size='5'>{escape(title)}</font></td></tr><tr><td align='center'>作者：办公室　时间：2024-03-04　点击数：128</td></tr>"
        f"<tr><td id='zoom'><font size='3'>{text}</font></td></tr><tr><td align='right'>【<a>打印</a>】【<a>关闭</a>】</td></tr>"
        f"<tr><td>上一篇：<a>关于印发普法依法治理工作要点的通知</a><br>下一篇：没有了</td></tr><tr><td>{_FOOTER}</td></tr></table>",
    )


def twice(title: str, lines: Sequence[str]) -> str:
    """Give the body twice: for screens, and again for printing or for telephones."""
    body = _paragraphs(lines)
    return _page(
        title,
        f"<nav><ul>{_NAVIGATION}</ul></nav><div class='pc'><h1>{escape(title)}</h1>{_TOOLS}<div class='article'>{body}</div></div>"
        f"<div class='mobile'><h1>{escape(title)}</h1><div class='article'>{body}</div></div>{_FOOTER}",
    )


def sidebar(title: str, lines: Sequence[str]) -> str:
    """Set a column of other articles beside the text, each with the beginning of its text."""
    others = "".join(
        f"<li><a href='/{n}'>{name}</a><p>{text}……</p></li>"
        for n, (name, text) in enumerate(
            (
                ("全市社区矫正工作推进会召开", "3月1日，全市社区矫正工作推进会召开。会议指出"),
                ("我市新增国家级民主法治示范村", "日前，司法部公布名单。我市共有3个村入选"),
            )
        )
    )
    body = _paragraphs(lines, indent="", heading="<p style='text-indent:2em'><span style='font-weight:bold'>{}</span></p>")
    return _page(
        title,
        f"<header><h2>清源市司法局</h2></header><div class='crumbs'>首页 / 信息公开 / 年度报告</div><div class='wrap'><div class='left'>"
        f"<h1 class='title'>{escape(title)}</h1><div class='meta'><span>2024-03-04</span><span>来源：清源市司法局</span><span>字号：大 中 小</span></div>"
        f"<div id='UCAP-CONTENT'>{body}</div>"
        f"<div>责任编辑：王某</div>{_SHARE}</div><div class='right'><h3>热点新闻</h3><ul>{others}</ul></div></div>{_FOOTER}",
    )


def spans(title: str, lines: Sequence[str]) -> str:
    """Paste out of Word: a paragraph is many spans, its source broken into lines at any place."""

    def torn(line: str) -> str:
        text = _bare(line)
        return "\n".join(
            f"<span lang='EN-US' style='font-family:仿宋'>{text[at : at + 37]}</span>" for at in range(0, len(text), 37)
        )

    body = "".join(f"<p class='MsoNormal'>{torn(line)}<o:p></o:p></p>" for line in lines)
    return _page(
        title,
        f"<div id='menu'>{_NAVIGATION}</div><div class='dqwz'>您当前的位置：首页&gt;政务公开&gt;法治政府建设</div><div class='con'><div class='tit'>{escape(title)}</div>"
        f"<div class='con_text'>{body}</div><div class='fj'>附件：<a href='/x.pdf'>{escape(title)}.pdf</a></div></div>{_FOOTER}",
    )


def form(title: str, lines: Sequence[str]) -> str:
    """Put all into one large form, with headings set as headings."""
    parts = "".join(f"<h3>{_bare(line)}</h3>" if line.startswith("#") else f"<div>{_bare(line)}</div>" for line in lines)
    return _page(
        title,
        f"<form id='form1'><input type='hidden' value='x'><div class='search'><input value='请输入关键字'><button>搜索</button></div><ul>{_NAVIGATION}</ul>"
        f"<h1>{escape(title)}</h1><div class='source'>发布时间：2024-03-04　来源：清源市司法局　阅读次数：31　<a>打印</a>　<a>收藏</a></div>"
        f"<div class='nr'>{parts}</div><div class='ewm'><img src='/q.png'>扫一扫在手机打开当前页</div>{_RELATED}</form>{_FOOTER}",
    )


def modern(title: str, lines: Sequence[str]) -> str:
    """Use HTML5, with a section for each heading."""
    sections: list[str] = []
    for line in lines:
        if line.startswith("#") or not sections:
            sections.append("")
        sections[-1] += f"<h2>{_bare(line)}</h2>" if line.startswith("#") else f"<p>{_bare(line)}</p>"
    body = "".join(f"<section>{part}</section>" for part in sections)
    return _page(
        title,
        f"<header><nav><ul>{_NAVIGATION}</ul></nav></header><main><article><h1>{escape(title)}</h1><time>2024年3月4日</time>{_TOOLS}{body}</article>"
        f"<aside><h2>相关链接</h2>{_RELATED}</aside></main><footer>{_FOOTER}</footer>",
    )


def hidden(title: str, lines: Sequence[str]) -> str:
    """Add an unseen copy for reading aloud, a notice of the site, and signature and date below the text."""
    return _page(
        title,
        f"<div style='display:none' id='voice'>{escape(title)}。{''.join(_bare(line) for line in lines if not line.startswith('#'))}</div><ul>{_NAVIGATION}</ul>"
        f"<div class='notice'>温馨提示：本站已支持无障碍浏览。</div><h2>{escape(title)}</h2>{_METADATA}{_TOOLS}"
        f"<div class='content' id='zoom'>{_paragraphs(lines, indent='&emsp;&emsp;')}<p style='text-align:right'>清源市司法局</p>"
        f"<p style='text-align:right'>2024年3月4日</p></div>{_SHARE}{_FOOTER}",
    )


STYLES: tuple[Style, ...] = (editor, tables, twice, sidebar, spans, form, modern, hidden)
