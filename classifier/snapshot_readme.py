"""The ``README.txt`` of a snapshot: in plain words, Chinese and English, what it is and how to make its tables again."""

from classifier.manifest import Manifest


def readme(manifest: Manifest) -> str:
    """Return the text for whoever opens the archive without knowing this program."""
    selection_zh = f"\n选取范围：{manifest.selection}" if manifest.selection else ""
    selection_en = f"\nSelection: {manifest.selection}" if manifest.selection else ""
    return f"""{manifest.title}
{manifest.date}

这是什么
--------
这是 policy-themes {manifest.program} 制作的一份快照：一张政策主题分布表，以及得出它所需的一切。
共 {manifest.documents} 份文件、{manifest.paragraphs} 段。{selection_zh}
所有文件都不能再改动：manifest.json 记有每个文件的 SHA-256，而 manifest.json 自身 SHA-256 的前 32 位
就是快照编号。引用时请用 CITATION.txt 中的那一行。

  data/          原始文本或表格，逐字节保存；sources.csv 说明来源
  labels/        人工标注
  codebook.toml  编码手册（第 {manifest.codebook} 版）：每个主题的定义
  themes.model   分类模型 {manifest.model}（只有数组和 JSON，不能运行任何代码）
  tables/        主题分布表，每张有 CSV 和 JSON 两种格式，数字相同

如何复现
--------
安装 policy-themes {manifest.program}（其他版本也会尝试，并说明版本不同），然后运行

  policy-themes reproduce 本文件.zip

它先核对每个文件，再用这里的数据、标注和模型重新计算全部表格，并报告是否一致、哪里不同。

注意保密
--------
本文件含有全部原文和标注。只能交给有权阅读这些材料的人。


What this is
------------
A snapshot made by policy-themes {manifest.program}: a table of policy themes with everything that it was made from:
{manifest.paragraphs} paragraphs, {manifest.documents} documents.{selection_en}
Nothing in it can change any more: manifest.json holds the SHA-256 of every file, and the first 32 digits of
the SHA-256 of manifest.json itself are the snapshot's identifier. Please cite it by the line in CITATION.txt.

  data/          texts or tables, byte for byte; sources.csv says where they come from
  labels/        hand labels
  codebook.toml  the codebook (version {manifest.codebook}): what each theme means
  themes.model   the model {manifest.model} (arrays and JSON only, it cannot run code)
  tables/        the theme mix, each table as CSV and as JSON with the same figures

How to reproduce it
-------------------
Install policy-themes {manifest.program} (another version tries as well, and says that it is another), and run

  policy-themes reproduce THIS-FILE.zip

It checks every file, makes all tables again from these data, labels and this model, and says whether they are
equal, or what differs.

Confidentiality
---------------
This file holds all texts and labels word for word. Give it only to those who may read them.
"""
