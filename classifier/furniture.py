"""Tell the furniture of a web page or a printed page from text: metadata, breadcrumbs, buttons, page numbers, captions."""

import re
from typing import Literal

_METADATA_KEY = (
    r"信息索引号|索引号|统一编号|文件编号|文件?编?号|发文字号|文号|备注/文号|登记号|责任部门|公开形式|公开方式|公开范围|公开时限|公开日期|"
    r"公开程序|公开类型|发布时间|发布日期|公布日期|成文日期|生成日期|发文日期|印发日期|制发日期|发布单位|发布机构|发文机关|发文单位|制发机关|"
    r"信息来源|文章来源|来源|作者|编辑|点击率|点击数|点击量|浏览次数|浏览量|访问量|阅读次数|阅读量|阅读|主题分类|组配分类|体裁分类|信息分类|"
    r"所属机构|主题词|关键词|有效性|效力状态|信息名称|名称|内容概述|日期|时间"
)
_METADATA = re.compile(rf"(?:{_METADATA_KEY})\s*[:：]")
_BARE_KEY = re.compile(rf"(?:{_METADATA_KEY})\s*[:：]?")
_FURNITURE = re.compile(
    r"首页|[>＞»].*|.*[>＞»].*[>＞»].*|(?:当前|您|你)的?(?:所在)?位置.*|.*(?:打印|关闭|收藏|辅助线|背景颜色|字号|字体).*[】\]|｜].*|"
    r"[【\[(（]?\s*(?:打印(?:本页)?|关闭(?:窗口)?|收藏|字[号体].*|返回顶部|返回列表|分享到?.*|扫一扫.*|大\s*中\s*小)\s*[】\])）]?|"
    r"(?:上一篇|下一篇|附件|相关链接|友情链接|责任编辑|责编|网站地图|联系我们|版权所有|主办单位|承办单位|技术支持).{0,40}|.*(?:ICP备|公网安备).*|"
    r"政府信息公开|政务公开|[—\-－–\s]*\d{1,4}[—\-－–\s]*|第\s*\d+\s*页.*|\d+\s*/\s*\d+|[\dA-Z]+[\d\-—/]{6,}[\dA-Z]*|"
    r".{1,12}[〔\[（(]\s*\d{4}\s*[〕\]）)]\s*\d+\s*号|\d{4}\s*[-年./]\s*\d{1,2}\s*[-月./]\s*\d{1,2}\s*日?.{0,12}|"
    r"[（(【]?\s*(?:图为|图/|图片来源|供图|摄影|图文).*|[*=_~—\-－·.\s]+"
)


def furniture_kind(line: str) -> Literal["metadata", "furniture"] | None:
    """Return what a short line without white space is, or None where it may be text.

    >>> furniture_kind("发布日期:2023-03-15"), furniture_kind("-3-"), furniture_kind("一、主要工作")
    ('metadata', 'furniture', None)
    """
    if _METADATA.match(line) or _BARE_KEY.fullmatch(line):
        return "metadata"
    return "furniture" if _FURNITURE.fullmatch(line) else None


def expects_value(line: str) -> bool:
    """Tell whether a metadata line ends with a key, so that its value stands on the next line."""
    return bool(_BARE_KEY.fullmatch(line)) or line.endswith((":", "："))
