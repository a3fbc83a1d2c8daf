"""All wording of the reports, in English and Chinese. A sentence is chosen by key; numbers are put in by name."""

from collections.abc import Sequence

from tutorsmith.core.errors import UsageError, suggest
from tutorsmith.report.words_answers import ANSWERS
from tutorsmith.report.words_labels import LABELS
from tutorsmith.report.words_results import RESULTS
from tutorsmith.report.words_rules import plain_words

LANGUAGES = ("en", "zh")

# key -> (English, Chinese)
SENTENCES: dict[str, tuple[str, str]] = {
    "title": ("Evaluation report: {stage}", "评测报告：{stage}"),
    "title_plain": ("Evaluation report", "评测报告"),
    "compare_title": ("Two runs compared: {stage}", "两次运行对比：{stage}"),
    "subtitle": (
        "Measured: {subject}, against {baseline}, on {n} questions.",
        "评测对象：{subject}；对照：{baseline}；共 {n} 题。",
    ),
    "subtitle_alone": ("Measured: {subject}, on {n} questions.", "评测对象：{subject}；共 {n} 题。"),
    "subtitle_none": ("The evaluation holds no system.", "评测结果中没有任何系统。"),
    "pair_of": ("Each question answered by {a} and by {b}.", "同一题目由{a}与{b}分别作答。"),
    # figures beside the answers
    "fact_size": ("n {n}, effective {effective}", "n {n}，有效 {effective}"),
    "fact_items": ("{n} questions", "{n} 题"),
    "fact_any_metric": ("better in some metric, worse in none", "至少一项指标更好且无一更差为胜"),
    "fact_smallest": ("shows ≥ {points} points", "可显示 ≥ {points} 个百分点"),
    "fact_p": ("p = {p}", "p = {p}"),
    # targets
    "target_met": ("exceeded, interval included", "达到（含整个区间）"),
    "target_value": ("value above, not shown", "数值达到，尚未证实"),
    "target_below": ("below, not for certain", "低于目标，未成定论"),
    "target_missed": ("missed", "未达到"),
    "target_absent": ("not measured", "未测量"),
    "takes_least": ("{n}, all right", "{n} 题且全部答对"),
    "takes_or": ("{n}, all right; or {list}", "{n} 题且全部答对；或 {list}"),
    "takes_more": ("{right} of {n}", "{n} 题对 {right} 题"),
    "takes_have": ("cannot be shown with {n}", "只有 {n} 题，无法证实"),
    # slices
    "too_few": ("too few", "题数过少"),
    "note_slices": (
        "Parts of fewer than {n} questions are marked “too few”: their values say next to nothing.",
        "不足 {n} 题的分项标为“题数过少”，其数值几乎不说明问题。",
    ),
    "no_slices": (
        "The run holds no numbers by chapter, category or difficulty.",
        "没有按章节、类别或难度的分项结果。",
    ),
    # questions and verdicts
    "why_missing_answer": ("No answer was recorded.", "没有记录到回答。"),
    "why_failed_answer": ("The prediction failed; there is no answer.", "预测出错，没有回答。"),
    "why_flag": ("Unhealthy answer: {flags}", "异常回答：{flags}"),
    "empty_answer": ("(empty answer)", "（空回答）"),
    "whole_answer": ("Show the whole answer ({n} characters)", "显示全文（{n} 个字符）"),
    "clipped": (
        "… cut here for reading; {n} more characters are in the predictions file.",
        "……此处截断；其余 {n} 个字符见预测文件。",
    ),
    "note_marks": (
        "A number in an answer is the number of the verdict that rests on the marked text.",
        "回答中的编号对应以该处文字为依据的判定。",
    ),
    "by_judge": ("decided by the judge model", "由裁判模型判定"),
    "by_judge_named": ("decided by the judge model {model}", "由裁判模型 {model} 判定"),
    "by_teacher": ("corrected by a teacher", "由教师更正"),
    "by_teacher_was": ("corrected by a teacher: it was “{was}”", "由教师更正：原判定为“{was}”"),
    "confirmed_by_teacher": ("confirmed by a teacher", "经教师确认"),
    "rules_said": ("The rules said: {text}", "规则的理由：{text}"),
    "reviewer_note": ("{reviewer}: {note}", "{reviewer}：{note}"),
    "score_change": ("{a} → {b}", "{a} → {b}"),
    # trust
    "judge_summary": (
        "The judge model {model} was asked about {asked} key points that the rules left undecided: {covered} covered, "
        "{not_covered} not covered, {failed} without an answer. The values of this report count rules only.",
        "规则无法判定的 {asked} 个要点交由裁判模型 {model} 判定：答到 {covered}，未答到 {not_covered}，"
        "未能作答 {failed}。本报告的数值只计规则的判定。",
    ),
    "judge_values": ("Key-point coverage with and without the judge model", "计入与不计入裁判模型时的要点覆盖率"),
    "review_summary": (
        "A teacher reviewed {n} verdicts ({file}). The rules agree in {value} of them (95 % interval {span}; "
        "Cohen's κ {kappa}).",
        "教师复核了 {n} 条判定（{file}）。规则与教师的一致率为 {value}（95 % 区间 {span}；科恩 κ {kappa}）。",
    ),
    "no_review": (
        "No teacher has reviewed these verdicts yet. Correct them below and evaluate again with the review file.",
        "这些判定尚未经教师复核。可在本页更正，并用复核文件重新评测。",
    ),
    "no_review_md": (
        "No teacher has reviewed these verdicts yet: `tutorsmith evaluate --review FILE` reads a review.",
        "这些判定尚未经教师复核：可用 `tutorsmith evaluate --review FILE` 读入复核文件。",
    ),
    "undecided_points": (
        "Key points that no rule could decide: {n}. They count as not covered.",
        "规则无法判定的要点：{n} 个，按未答到计。",
    ),
    "check_clean": (
        "{n} records were checked: no errors, no warnings, no benchmark question in the training data.",
        "已检查 {n} 条记录：没有错误和警告，训练数据中没有评测题。",
    ),
    "check_found": (
        "{n} records were checked: errors {errors}, warnings {warnings}, benchmark questions or answers in the "
        "training data {leaks}.",
        "已检查 {n} 条记录：错误 {errors}，警告 {warnings}，训练数据中的评测题或参考答案 {leaks}。",
    ),
    "check_more": ("{n} more findings are in check.json.", "另有 {n} 条，见 check.json。"),
    # training
    "training_facts": (
        "{steps} steps; loss {first} at the start, {last} at the end; {epochs} epochs.",
        "共 {steps} 步；损失由 {first} 降至 {last}；{epochs} 轮。",
    ),
    "training_best": (
        "Best validation loss {loss} at step {step}; these weights are the ones kept.",
        "最佳验证损失 {loss}（第 {step} 步），保留的是该步的权重。",
    ),
    "training_stopped": ("Stopped because: {reason}.", "停止原因：{reason}。"),
    "training_speed": ("Median speed: {speed} tokens/s.", "速度中位数：{speed} 词元/秒。"),
    "training_no_validation": ("No validation loss was recorded.", "没有记录验证损失。"),
    "training_no_steps": ("The training state holds no losses.", "训练记录中没有损失值。"),
    # absent parts
    "absent": ("{file} is not in the run folder; this part is not known.", "运行文件夹中没有 {file}，此部分未知。"),
    "damaged": ("{file} cannot be read ({why}); this part is not known.", "{file} 无法读取（{why}），此部分未知。"),
    "no_plot": ("Nothing to plot.", "没有可绘制的数据。"),
    # the review on the page
    "review_bar": ("Corrected verdicts: {n}", "已更正的判定：{n}"),
    "review_how": (
        "Save the file and evaluate again with --review FILE.",
        "保存文件，再用 --review FILE 重新评测。",
    ),
    "filter_count": ("{n} of {m} questions shown", "显示 {m} 题中的 {n} 题"),
    # compare
    "compare_same": ("Both runs answered the same {n} questions.", "两次运行回答了相同的 {n} 道题。"),
    "compare_part": (
        "{n} questions are in both runs; {a} only in A, {b} only in B. "
        "The values of the runs cover different questions.",
        "两次运行共有 {n} 题；仅 A 有 {a} 题，仅 B 有 {b} 题。两组数值覆盖的题目不同。",
    ),
    "compare_none": (
        "The runs share no question; their values cannot be compared.",
        "两次运行没有共同的题目，数值不可比较。",
    ),
    "compare_verdict_b": (
        "B answers more questions better than A than the other way round: {wins} against {losses}, {ties} equal "
        "(sign test p = {p}).",
        "B 优于 A 的题目更多：{wins} 对 {losses}，平 {ties}（符号检验 p = {p}）。",
    ),
    "compare_verdict_a": (
        "A answers more questions better than B than the other way round: {losses} against {wins}, {ties} equal "
        "(sign test p = {p}).",
        "A 优于 B 的题目更多：{losses} 对 {wins}，平 {ties}（符号检验 p = {p}）。",
    ),
    "compare_verdict_none": (
        "No difference is shown: B is better in {wins} questions, A in {losses}, {ties} are equal (sign test p = {p}).",
        "未显示差异：B 更好 {wins} 题，A 更好 {losses} 题，平 {ties}（符号检验 p = {p}）。",
    ),
    "compare_no_difference": ("No difference in settings, data or model.", "设置、数据和模型均无差异。"),
    "note_shared": (
        "Difference, interval and p are means over the questions that both runs answered, each question counting once.",
        "差异、区间和 p 值按两次运行共有的题目计算，每题权重相同。",
    ),
    # notes under tables and plots
    "note_interval": (
        "Intervals are 95 %. n counts what was judged; effective n allows for several key points of one question being "
        "alike. The last column is the smallest true difference that a second run of this size would probably show, in "
        "percentage points.",
        "区间均为 95 %。n 为判定数；有效 n 已考虑同一题内多个要点的相关性。最后一列为同等规模的另一次运行"
        "很可能显示出的最小真实差异（百分点）。",
    ),
    "note_probe": (
        "{n} general questions that have nothing to do with the course, asked without notes. A fall says that tuning "
        "cost the model something it knew. They count in no other number of this report.",
        "{n} 道与课程无关的通用题，不提供讲义。下降说明微调使模型遗忘了原有知识。这些题不计入本报告的其他数字。",
    ),
    "probe_changed": (
        "Answered worse after tuning: {forgotten}. Answered better: {learned}.",
        "微调后变差的题：{forgotten}。变好的题：{learned}。",
    ),
    "note_cells": (
        "In each cell: value, 95 % interval, n (effective n), and after Δ the smallest difference that could be shown, "
        "in percentage points.",
        "单元格内依次为：数值、95 % 区间、n（有效 n），Δ 后为可显示的最小差异（百分点）。",
    ),
    "note_takes": (
        "To show that a target is exceeded (one-sided 5 % level), a benchmark must have at least so many questions, "
        "all right; larger ones may have some wrong.",
        "要证实超过目标（单侧 5 % 水平），至少需要这么多题且全部答对；题目更多时允许答错几题。",
    ),
    "note_p": (
        "A change counts as shown where the interval leaves out zero and p is at most 5 %; p is corrected for the "
        "number of metrics (Holm) where the run says so.",
        "区间不含零且 p 值不超过 5 % 时，才算显示出变化；p 值按指标个数作 Holm 校正（如有）。",
    ),
    "alt_loss": ("Training and validation loss by step, learning rate below", "训练与验证损失随步数变化，下方为学习率"),
    "alt_metrics": (
        "Metrics of all systems with 95 % intervals; the same numbers stand in the table",
        "各系统指标及 95 % 区间；数值同表格",
    ),
    "alt_paired": (
        "Difference in key-point coverage by question, {b} minus {a}; the same numbers stand in the table",
        "逐题要点覆盖率之差：{b} 减 {a}；数值同表格",
    ),
}
TEXTS = {**SENTENCES, **ANSWERS, **LABELS, **RESULTS}


class Words:
    """The wording of one language: `w("key", n=3)` for sentences, `w.name("metric", "refusal_accuracy")` for names."""

    def __init__(self, language: str) -> None:
        """Raises: UsageError for a language without wording."""
        if language not in LANGUAGES:
            raise UsageError(
                f"no report wording for language '{language}'",
                where="language",
                mend=suggest(language, list(LANGUAGES)),
            )
        self.language = language
        self._column = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """The sentence or label of a key with its values put in. A missing key is a programming error (KeyError)."""
        return self.spaced(TEXTS[key][self._column].format(**values))

    def name(self, kind: str, key: str) -> str:
        """The name of a metric, system, setting source, ... that a run mentions; unknown ones are shown as they are."""
        if kind in ("task", "stage"):  # a task is called after its benchmark file
            key = key.removesuffix("_benchmark")
        texts = TEXTS.get(f"{kind}.{key}")
        return texts[self._column] if texts else key

    def inside(self, kind: str, key: str) -> str:
        """A name within a sentence: English writes it small."""
        name = self.name(kind, key)
        return name[:1].lower() + name[1:] if self.language == "en" else name

    def opening(self, text: str) -> str:
        return text[:1].upper() + text[1:]

    def plain(self, text: str) -> str:
        """What another room wrote in short English (the rule of a verdict, say) in plain words of this language."""
        return plain_words(text, self._column)

    def spaced(self, text: str) -> str:
        """Chinese writes the percent sign without a space."""
        return text if self.language == "en" else text.replace(" %", "%")

    def join(self, parts: Sequence[str]) -> str:
        """Clauses in a row."""
        return ("; " if self.language == "en" else "；").join(parts)

    def listed(self, parts: Sequence[str]) -> str:
        """Names in a row."""
        return (", " if self.language == "en" else "、").join(parts)

    def sentences(self, parts: Sequence[str]) -> str:
        return (" " if self.language == "en" else "").join(parts)
