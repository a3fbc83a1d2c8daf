"""The sentences that answer the four questions, and the reasons behind them, in English and Chinese."""

# key -> (English, Chinese)
ANSWERS: dict[str, tuple[str, str]] = {
    # the alarms
    "degenerate": (
        "The tuned model is broken: most of the {n} answers of “{system}” are empty, looping, cut off or a copy of the "
        "prompt ({counts}). No number below says anything about what was learned.",
        "微调后的模型已失效：“{system}”的 {n} 个回答大多为空、陷入重复、被截断或照抄提示（{counts}）。"
        "下面的任何数字都不能说明它学到了什么。",
    ),
    "unusable_short": (
        "most answers of “{system}” are empty, looping or a copy of the prompt; no number says anything.",
        "“{system}”的大多数回答为空、陷入重复或照抄提示，任何数字都不能说明问题。",
    ),
    "gaps_title": ("Predictions are missing or failed", "有预测缺失或出错"),
    "gaps_note": (
        "Each of them counts as a wrong answer in every metric that concerns it. "
        "Predict again before using the numbers.",
        "在相关的每项指标中，它们都按答错计。请补齐预测后再使用这些数字。",
    ),
    "gap_missing": ("“{system}”: {n} missing", "“{system}”：缺失 {n} 个"),
    "gap_failed": ("“{system}”: {n} failed", "“{system}”：出错 {n} 个"),
    # the four questions
    "q_better": ("Is it better than the base model with notes?", "是否优于带讲义的基座模型？"),
    "q_enough": ("Is it good enough?", "是否达到要求？"),
    "q_where": ("Where does it fail, and why?", "错在哪里，为什么？"),
    "q_trust": ("Can I trust this?", "结果可信吗？"),
    "yes": ("Yes", "是"),
    "no": ("No", "否"),
    "cannot_tell": ("Too few questions to tell", "题目太少，尚无定论"),
    "about_same": ("About the same", "基本持平"),
    "not_yet": ("Not yet", "尚未达到"),
    "with_care": ("With care", "须谨慎"),
    "mixed": ("In part", "部分"),
    "not_measured": ("Not measured", "未测量"),
    "no_targets": ("No targets", "未设目标"),
    "nowhere": ("Nowhere", "未见出错"),
    "n_of_m": ("{n} of {m} questions", "{m} 题中有 {n} 题"),
    # 1
    "better_yes": (
        "Yes: {metric} rose from {a} to {b}, more than chance explains.",
        "是：{metric}由 {a} 提高到 {b}，超出了偶然波动的范围。",
    ),
    "better_mixed": (
        "In part: {metric} rose from {a} to {b}, more than chance explains, but {worse} fell.",
        "部分是：{metric}由 {a} 提高到 {b}，超出了偶然波动的范围，但{worse}有所下降。",
    ),
    "better_no": (
        "No: {metric} fell from {a} to {b}, more than chance explains.",
        "否：{metric}由 {a} 降到 {b}，超出了偶然波动的范围。",
    ),
    "better_same": (
        "No, about the same: {metric} was {a} and is {b}, and a difference of more than 10 points is ruled out.",
        "否，基本持平：{metric}由 {a} 变为 {b}，可以排除超过 10 个百分点的差异。",
    ),
    "better_unsure": (
        "Too few questions to tell: {metric} went from {a} to {b}, but with {n} questions this may still be chance.",
        "题目太少，尚无定论：{metric}由 {a} 变为 {b}，但只凭 {n} 题，仍可能出于偶然。",
    ),
    "better_unsure_better": (
        "In part: {better} rose for certain; {metric} went from {a} to {b}, but {n} questions are too few to tell that "
        "from chance.",
        "部分是：{better}确有提高；{metric}由 {a} 变为 {b}，但只凭 {n} 题，还不能排除偶然。",
    ),
    "better_unsure_worse": (
        "Too few questions to tell: {metric} went from {a} to {b} on {n} questions, which may be chance; "
        "{worse} fell for certain.",
        "题目太少，尚无定论：{metric}由 {a} 变为 {b}（{n} 题），可能出于偶然；而{worse}确有下降。",
    ),
    "better_broken": ("No: the answers of “{system}” cannot be used.", "否：“{system}”的回答无法使用。"),
    "better_none": (
        "Not measured: the run holds no paired comparison of “{subject}” with another system.",
        "未测量：本次运行没有“{subject}”与其他系统的配对比较。",
    ),
    "better_not_notes": (
        "There is no run of the base model with notes; the comparison is with “{baseline}”.",
        "没有带讲义的基座模型结果；此处与“{baseline}”比较。",
    ),
    "better_smallest": (
        "A true difference below about {points} points would probably go unseen with so few questions.",
        "题目这么少，小于约 {points} 个百分点的真实差异很可能看不出来。",
    ),
    "details_better": ("Certainly better: {list}.", "确有提高：{list}。"),
    "details_worse": ("Certainly worse: {list}.", "确有下降：{list}。"),
    "details_same": ("About the same: {list}.", "基本持平：{list}。"),
    "details_unsure": ("Not to be told from chance: {list}.", "尚不能排除偶然：{list}。"),
    "by_points": ("{metric} ({diff} points)", "{metric}（{diff} 个百分点）"),
    # 2
    "enough_met": (
        "Yes: all {n} targets are exceeded, even at the lower end of the interval.",
        "是：{n} 项目标全部达到，区间下限也高于目标。",
    ),
    "enough_missed": ("No, below the target: {list}.", "否，低于目标：{list}。"),
    "enough_below": (
        "Not yet, below the target, though the interval reaches above it: {list}.",
        "还没有：数值低于目标，虽然区间上限高于目标：{list}。",
    ),
    "enough_value": (
        "Too few questions to tell: the values exceed the targets, but the intervals reach below them.",
        "题目太少，尚无定论：数值已高于目标，但区间下限仍低于目标。",
    ),
    "enough_part": (
        "In part: what was measured exceeds its target, but not every target was measured.",
        "部分是：已测量的指标都达到目标，但并非每项目标都测量了。",
    ),
    "enough_absent": ("Not measured: {list}.", "未测量：{list}。"),
    "enough_none": ("No targets are set for this stage.", "本阶段没有设定目标。"),
    "enough_broken": (
        "No: most answers of “{system}” are unusable, whatever the values say.",
        "否：不论数值如何，“{system}”的大多数回答都无法使用。",
    ),
    "enough_also_below": ("Below, but not for certain: {list}.", "低于目标，但未成定论：{list}。"),
    "enough_also_value": (
        "Exceeded by the value, while the interval reaches below the target: {list}.",
        "数值高于目标，但区间下限低于目标：{list}。",
    ),
    "enough_also_met": ("Exceeded by the whole interval: {list}.", "整个区间都高于目标：{list}。"),
    "enough_also_absent": ("Not measured: {list}.", "未测量：{list}。"),
    "enough_few": (
        "With {n} questions, “> 90 %” cannot be shown: that takes at least {least}, all of them right.",
        "只有 {n} 题，无法证实“> 90 %”：至少需要 {least} 题且全部答对。",
    ),
    "target_item": ("{metric} {value} (target > {target})", "{metric} {value}（目标 > {target}）"),
    "balance": (
        "Balance between the tasks: {metric} is {high_value} in {high_task} and {low_value} in {low_task}, "
        "{gap} points apart.",
        "任务间的平衡：{metric}在{high_task}为 {high_value}，在{low_task}为 {low_value}，相差 {gap} 个百分点。",
    ),
    "balance_none": (
        "The balance between the tasks cannot be shown: the run has numbers of fewer than two tasks.",
        "无法显示任务间的平衡：结果中不足两个任务。",
    ),
    # 3
    "where_summary": (
        "In {failing} of {n} questions something is wrong; most often {kind} ({count}).",
        "{n} 题中有 {failing} 题存在问题；最常见的是{kind}（{count} 题）。",
    ),
    "where_others": ("Besides: {list}.", "此外：{list}。"),
    "kind_count": ("{kind} ({count})", "{kind}（{count}）"),
    "flag_count": ("{kind} {count}", "{kind} {count}"),
    "where_missed": ("a key point is missed", "遗漏要点"),
    "where_contradicted": ("a key point is contradicted", "与要点矛盾"),
    "where_format": ("the required sections are missing or wrong", "格式不符"),
    "where_refusal": ("a question that should be refused is answered", "该拒答而未拒答"),
    "where_over_refusal": ("a question that should be answered is not", "该回答而未回答"),
    "where_other": ("something else", "其他问题"),
    "where_unhealthy": ("the answer is missing, cut off or unhealthy", "回答缺失、截断或异常"),
    "where_weakest": ("Weakest {kind}: {part}, {metric} {value}.", "最薄弱的{kind}：{part}，{metric} {value}。"),
    "where_none": ("Not measured: the run holds no verdicts of single questions.", "未测量：本次运行没有逐题判定。"),
    "where_clean": ("Nowhere: all {n} questions pass every verdict.", "未见出错：{n} 题的全部判定均通过。"),
    # 4
    "trust_yes": (
        "Yes: {n} questions, every answer present and healthy, no finding in the data.",
        "可信：{n} 题，回答齐全且正常，数据检查无问题。",
    ),
    "trust_care": ("With care: the numbers stand, but {list}.", "须谨慎：数字成立，但{list}。"),
    "trust_no": ("No, not as they stand: {list}.", "目前不可信：{list}。"),
    "trust_besides": ("Besides: {list}.", "此外：{list}。"),
    "few_questions": ("there are only {n} questions", "只有 {n} 题"),
    "one_seed": (
        "there is one seed only, so the spread between trainings is not known",
        "只有一个随机种子，不同训练之间的波动未知",
    ),
    "no_manifest": (
        "there is no manifest, so the data and the model cannot be named",
        "没有清单文件，无法确认数据和模型",
    ),
    "wrong_manifest": (
        "the report names another manifest than the one in this folder",
        "报告所指的清单与本文件夹中的清单不一致",
    ),
    "no_check": ("the data were not checked", "数据未经检查"),
    "check_errors": ("the data check found errors: {n}", "数据检查发现 {n} 个错误"),
    "check_warnings": ("the data check gave warnings: {n}", "数据检查有 {n} 个警告"),
    "doubt_leaks": (
        "benchmark questions seem to stand in the training data: {n}",
        "训练数据中疑似含有评测题：{n} 处",
    ),
    "doubt_missing": ("predictions of “{system}” are missing: {n}", "“{system}”缺少 {n} 个预测"),
    "doubt_failed": ("predictions of “{system}” failed: {n}", "“{system}”有 {n} 个预测出错"),
    "doubt_audit": ("the audit of the stop tokens has remarks: {n}", "停止词元检查有 {n} 条提示"),
    "doubt_agreement": (
        "the rules agree with the teacher in only {value} of the reviewed verdicts",
        "在教师复核的判定中，规则与教师的一致率只有 {value}",
    ),
    "doubt_judge": ("the judge model failed to answer: {n}", "裁判模型有 {n} 次未能作答"),
    "unhealthy": ("answers of “{system}” are unhealthy: {n}", "“{system}”有 {n} 个异常回答"),
    "broken_model": ("“{system}” is broken", "“{system}”已失效"),
    "unreadable": ("{file} cannot be read", "{file} 无法读取"),
    "unlike_questions": ("the systems did not answer the same questions", "各系统回答的题目不一致"),
}
