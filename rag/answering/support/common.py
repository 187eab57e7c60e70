"""Holds words with which anything may be put in other words; knows no text."""

from typing import Final

COMMON_EN: Final = """
able accord achieve act actual add adjust affect agree aim allow alongside although amount appear
apply approach arrange arrive ask assign associate assume attempt available aware base basic
become begin behalf belong benefit bring build call capable carry case cause certain chance
change choose circumstance claim clear close come comment complete concern condition conduct
confirm connect consequence consider consist constant contain content context continue contrast
contribute control cope correct correspond count couple course cover create current deal decide
define degree deliver demand depend describe design detail determine develop differ direct
discuss document draw drive drop due early earn easy effect efficient effort employ enable
encourage end enough ensure enter entire equip especially essential establish even event
eventually exact example exist expect explain express extent face fact factor fall far feature
feel fill final find fit fix focus follow force form former forward frequent full function
further gain general get give go good grow guide handbook happen help hence here high highlight
hold however idea identify immediate impact imply important include increase indeed indicate
individual inform initial instance instead intend involve issue item join keep kind know known
lack large last late latter lead learn least leave length less let level lie like likely limit
link list little live local locate long look lose low main maintain major make manage manner many
mark matter mean meanwhile measure meet mention merely method minor miss moment moreover most
move much multiple name namely nature near necessary need never new next normal note notably
notice number obtain obvious occasion occur offer often only operate option order ordinary
original otherwise outcome overall own part particular pass passage people perform perhaps period
permit person piece place plan play point pose position possess possible potential practice
precise prefer prepare present prevent previous prior probable proceed process produce promise
proper protect prove provide publish purpose put quick quite raise range rate rather reach ready
real realise reason receive recent recognise record reduce refer regard relate relevant remain
remember report represent require respect respond responsible rest result retain return reveal
right rise role rough run sake same say section see seek seem select send sense separate serve
set several shape share shift short show sign significant similar simple simply since single sit
situation slight small solely solution sort source special specific specify speed spend stage
stand start state stay step stick still stop strong subject such suffer suggest suit supply
support sure switch take task tell tend term text thing think though thus time together top total
toward treat try turn type typical typically understand undergo undertake unless update upon use
usual value variety various vary version very via view visit wait want watch way well whatever
whenever whether whole widely wish within word work worth write year yet accordingly according
additionally afterwards ago alike already altogether anybody anyone anything apart approximately
arguably certainly chiefly clearly commonly completely consecutively considerably currently
effectively entirely equally essentially everyone everything everybody exactly exclusively
extremely fairly finally formally fortunately frequently fully generally greatly hardly highly
immediately initially largely lately likewise mainly mostly nearly necessarily normally obviously
occasionally officially originally particularly partly permanently possibly practically precisely
presumably previously primarily probably promptly properly rarely readily really recently
regularly relatively respectively roughly similarly simultaneously slightly somewhat soon
specifically strictly subsequently substantially successfully suddenly sufficiently surely
thoroughly totally ultimately usually virtually thank please sorry hello answer question
information manual guideline policy article page documentation paragraph table row summary
mentioned stated ahead aside away back beyond down forth off onto out outside over through
throughout under until up whoever somebody someone something anywhere everywhere somewhere
everyday themselves himself herself itself yourself ourselves regardless despite whereas besides
plus minus per versus actually true truly plain plainly ever amid among amongst beside between
goes error gap against valid left heavier compare compared comparison handle hear press default
interval cap extend exclude divide ship survive restore calculate rent wireless absent accept
access accompany accumulate acquire activate actively adopt advance agreed aid alert alter
announce answerable anticipate appoint assess assist assure attach attend automatic avoid ban
bind block book borrow bound brief broad broken busy cancel careful carefully cease charge check
collect combine commit communicate company compensate complain complementary comply compose
compute conclude confuse consent conserve constitute consume contact convert convey cooperate
copy crucial damage deadline decline decrease defeat delay delete demonstrate deny depart deserve
desire destroy detailed detect discontinue discover dismiss display distinct distinguish
distribute drain duration eliminate emerge emphasise engage enjoy enlarge equal estimate evaluate
exceed exceptional exchange exclusive exempt exhibit expire extra fail false fast favour fee
finance fine firm flat forbid forget fortunate found gather grant guarantee guess harm impose
improve inaugurate individually influence inspect install instruct insufficient insure intact
interest interrupt introduce invalid investigate invite keen label lapse launch lease lift light
load longer lower match merge mistake mix monitor mount observe occupy open oppose organise
outline overlook owe partial pause penalise personal plug popular postpone praise prohibit
promote prompt propose purchase qualify quit rank rare react recommend recover refresh refuse
register regular reject reliable relieve rely remind remove renew repair repeat replace reply
resemble reserve reside resign resist resolve restrict resume retire reverse review revise risk
satisfy save secure senior severe shorten simplify slow smooth spare spread stable standard
steady store straight strict struggle submit substitute succeed sum supervise suspend sustain
swap terminate test timely tolerate trace transfer translate transmit transport trigger ultimate
unable unacceptable unavailable uncertain unchanged undo uniform unlike unlimited unrelated
unusual verify visible void weak welcome withdraw withhold http https url api pc pdf sms faq
study paper author researcher finding precedence priority automatically admit affected bottom
side core covered dose entry external interior exterior internal inside pay paid payable owner
worker freely uncompleted unfinished round net gross split beneath underneath upkeep there's
that's it's what's who's here's job duty usage younger elder wet wetter dry drier deep cross
parallel rule walk sea beginner winner loser visitor newcomer passer reader writer helper maker
holder bearer keeper user player ingredient element portion bit lot plenty dozen handful bunch
batch pack bundle stack pile column discard scatter swallow drink eat chew pour stir shake fold
squeeze tilt lean bend got gotten made took taken went gone came done did does puts putting
places placed placing kept keeping let's bear hand cost
"""
"""English words, any form of which says little by itself."""

COMMON_ZH: Final = """
获取 获得 做 进行 提供 拥有 具有 具备 享有 享受 达到 达 完成 开始 结束 属于 位于 称为 成为 认为
表示 包括 包含 含有 来自 采用 使用 收到 放在 存放 地方 位置 数量 数目 情况 方面 方式 时候 期间
目前 负责 送到 发生 出现 查看 使得 形成 建立 成立 举行 举办 参加 参与 担任 组成 构成 引起 产生
显示 指出 说明 介绍 描述 决定 确定 确认 允许 帮助 变成 变得 作为 当作 看作 叫做 名为 十分 特别
大约 左右 大概 通常 一般 主要 基本 现在 当前 曾经 已经 正在 随后 然后 最后 首先 其中 其他 其它
许多 很多 大量 多数 一些 某些 某个 各种 各项 各个 不同 相同 同样 类似 相关 有关 关于 对于 由于
因为 因此 因而 所以 但是 然而 如果 假如 要是 例如 比如 以及 或者 或是 而且 并且 同时 期限 结果
原因 目的 作用 功能 问题 内容 范围 时间 金额 标准 条件 过程 工作 活动 设置 设定 修改 改为 变更
通知 告知 以来 至今 必须 应当 应该 需要 检查 按照 根据 依据 依照 通过 支付 选择 选用 导致 造成
保留 保存 规定 要求 里面 得到 员工 人员 手册 文档 文件 资料 文中 文章 所述 上述 以下 如下 提到
写明 载明 明确 记载 表明 指的是 意味着 也就是说 即 就是 才能 才会 才可 就会 就能 便会 就可以 都能
都会 都可以 可以 能够 可能 会被 将会 将被 得以 予以 加以 给予 对此 为此 从而 进而 此外 另外 并 且
而 或 与 和 及 跟 同 以 为 于 由 从 自 至 到 向 往 对 把 被 让 使 令 给 替 因 如 若 则 即使 尽管
虽然 虽 却 不过 只是 只要 只有 除了 除非 无论 不论 不管 一旦 一直 一向 一律 一共 一起 一同 一并
一样 一定 一般来说 总共 总计 合计 共有 共计 共 全部 全都 全体 整个 整体 所有 任何 每个 每位 每次
每一 各自 分别 彼此 互相 相互 自己 自身 本身 本人 他们 她们 它们 我们 你们 您 你 我 他 她 它 这个
这些 这种 这样 这里 那个 那些 那里 那么 哪 谁 什么 怎么 如何 为何 多少 几 几个 多个 若干 部分
一部分 大部分 当中 之中 之内 之后 之前 之间 之外 以内 以外 以后 以前 以上 内 外 中 上 下 前 后 里
间 旁 边 处 时 当时 此时 届时 那时 之时 其时 起 止 底 初 末 年初 年底 月底 当天 当年 当月 当日
次年 今年 去年 明年 目前为止 迄今 最近 近来 日前 后来 先后 先 再 又 也 还 还是 还有 还会 还能
还要 仍 仍然 依然 仍旧 依旧 始终 总是 经常 常常 往往 有时 偶尔 几乎 差不多 大致 尤其 尤其是
特别是 主要是 实际 实际上 事实上 其实 确实 的确 真正 完全 彻底 相当 非常 极为 极其 更加 更 最 较
比较 相对 稍 略 有所 有些 有的 有人 有着 存在 在于 处于 处在 身处 面对 面临 遇到 碰到 出来 起来
下来 下去 过来 过去 回来 进来 进去 上来 上去 出去 到达 抵达 来到 去到 前往 回到 返回 拿到 取得 取
拿 带 带来 带有 附有 附带 配有 配备 装有 设有 设立 设 建 开 用 用于 用来 用作 拿来 供 供应 给出
作出 做出 做到 办理 处理 操作 执行 实施 实行 开展 展开 推行 采取 利用 运用 应用 适用 适用于 符合
满足 达成 实现 保证 确保 保障 维持 保持 继续 持续 延续 停留 留下 留在 留 剩下 剩余 其余 余下 多余
超出 不等 之类 等等 等 一类 一种 一项 一个 一名 一位 种 类 项 条 个 名 位 次 件 份 批 套 台 只 支
张 所 家 座 场 届 期 阶段 步骤 步 环节 程序 方法 办法 途径 手段 措施 形式 类型 种类 名称 名字
对象 目标 因素 特点 特征 性质 程度 水平 规模 大小 长短 高低 数值 数字 数额 总数 总量 总额 人数
次数 天数 时长 时段 时刻 时期 年代 日期 日子 地点 地址 场所 区域 方向 方位 距离 要点 重点 关键
核心 基础 前提 原则 规则 规范 要 想 希望 打算 计划 准备 预计 预期 估计 据说 据 据此 据悉 称 说
说道 讲 谈到 表达 说法 意思 意义 含义 看到 看见 看来 发现 发觉 知道 了解 得知 认识 理解 觉得 相信
以为 属 归 归于 归属 是 即为 乃 系 为止 而言 来说 来讲 的话 的时候 的人 者 方 一方 双方 对方 各方
有关方 相应 相对应 对应 对应的 适当 合适 适合 适宜 正常 照常 正确 准确 直接 间接 及时 尽快 尽早
立即 马上 随时 随即 立刻 当即 自动 自行 主动 单独 独立 共同 统一 分开 集中 平均 正式 临时 长期
短期 定期 不定期 永久 暂时 最终 最初 最早 最晚 最多 最少 至少 至多 最高 最低 最大 最小 大于 小于
高于 低于 多于 少于 超过 不足 不到 达不到 请 请先 务必 切记 注意 请注意 记得 了 着 过 的 地 得 吗
呢 吧 啊 之 其 此 该 本 某 各 每 另 别的 另一 两者 二者 只能 仅 仅仅 仅有 只需 才 就 便 都 均 皆
亦 不仅 不但 不只 而是 而非 并非 不是 没有 没 不 未 无 非 别 勿 莫 须 需 应 必 必需 务须 可 能 会
将 愿意 肯 敢 有权 有 在 去 来 办 搞 弄 变 成 当 算 看 听 找 问 答 放 送 写 填 打 点 按 拉 推 排
查 改 换 加 减 增 降 升 分 合 收 发 交 付 领 存 记 长 短 高 低 大 小 多 少 早 晚 快 慢 新 旧 好
坏 远 近 重 轻 难 易 满 空 全 整 半 异 左 右 东西 人 人们 大家 事 事情 物 物品 事项 期内 期限内
时间内 范围内 以便 以免 便于 方便 有助于 有利于 能否 是否 与否 有无 若是 倘若 如有 如需 如遇 凡
凡是 作 之一 出 入 进 回 开着 关着 叫 叫作 上面 下面 内部 外部 前面 后面 整整 足足 刚 刚刚 恰好
正好 比 研究 论文 报告 作者 掉 完 住 租 换句话 也就是 否则 不然 出示 出具 开具 相比 对比 对照
相较 与此相比 周围 四周 周边 周遭 附近 除 但 可是 靠 依靠 凭 凭借 提前 提早 传 久 长久 依次 轮到
逐步 逐渐 渐渐 慢慢 马上就 就要 快要 将近 接近 临近 靠近 经过 经由 途经 路过 越过 越 越来越 愈
各地 各处 到处 处处 当地 本地 外地 此地 原地 原来 原先 本来 起初 终于 总算 到底 究竟 难道 居然
竟然 果然 显然 当然 自然 必然 偶然 忽然 突然 照样 照旧 反而 反之 相反 恰恰 甚至 乃至 以至 以致
以至于 免得 省得 好让 为了 旨在 意在 出于 基于 鉴于 考虑到 比如说 譬如 诸如 像 如同 好像 似乎
看似 仿佛 犹如 等于 相当于 等同于 不及 不如 高出 低出 多出 少了 多了 增加了 减少了 有了 没了 需求
必要 需要的 重要 主要的 关键的 不可缺少 不可或缺 有用 无用 有效 无效 起作用 发挥 产生了 具体
具体来说 详细 详情 简单 简单来说 总之 综上 总的来说 总而言之 换言之 换句话说 因此可以 由此
由此可见 可见 不难看出 结论 得出 推断 判断 分析 评估 估算 计算 算出 统计 测量 测得 记录 登记 写下
列出 列为 列入 纳入 归入 计入 划入 投入 加入 进入 迈入 走入 引入 引进 接入 接到 接受 收下 收取
拒绝 驳回 婉拒 能力 本领 机会 可能性 概率 几率 风险 优势 好处 坏处 缺点 优点 价值 意愿 需求量
用处 用途 效果 成效 成果 成绩 进展 进度 状态 状况 现状 局面 形势 外面 里边 外边 前方 后方 上方
下方 左侧 右侧 中央 中心 中间 两端 一端 顶部 底部 表面 内侧 外侧 边缘 周长 附着 连着 贴着 挨着
靠着 沿着 顺着 赶到 赶往 开往 通往 送往 送至 寄往 交给 交到 交由 转交 移交 递给 传给 发给 留给
让给 借给 分给 卖给 还给 系统 无法 判定 认定 鉴定 历时 历经 算作 计算在内 判断为 视为 视作 当成
当做 看成 归为 列作 定为 设为 变化 改变 变动 更新 调整 检测 检验 测试 测定 查询 查阅 查找 寻找
搜索 浏览 展示 呈现 体现 反映 反馈 汇报 上报 申报 申请 提出 提交 递交 批准 审批 审核 核准 准许
许可 授权 委托 指定 指派 安排 派 派出 派遣 调 调动 调配 分配 分派 分发 派发 发放 发布 公布 宣布
公告 声明 承诺 答应 同意 赞成 反对 抗议 投诉 抱怨 批评 表扬 奖励 鼓励 激励 促使 促进 推动 推进
带动 拉动 加快 加速 放缓 减缓 延缓 延长 缩短 扩大 缩小 扩展 扩充 增强 加强 减弱 削弱 提升 提高
降低 降至 升至 增至 减至 上涨 下跌 波动 稳定 不变 有限 无限 受限 限制 限定 限于 仅限 不限 约束
禁止 严禁 杜绝 防止 防范 避免 预防 阻止 制止 终止 中止 停止 停用 启用 弃用 废除 废止 撤销 取消
作废 失效 生效 有效期 到期 过期 期满 届满 未满 超期 逾期 延期 准时 按时 按期 如期 及时地 每逢
凡遇 遇上 碰上 赶上 错过 漏掉 遗漏 忽略 忽视 重视 看重 强调 突出 明显 显著 轻微 严重 重大 巨大
微小 细小 庞大 众多 稀少 丰富 充足 充分 缺乏 缺少 短缺 匮乏 紧缺 多样 多种多样 五花八门 单一 唯一
独特 特殊 特定 专门 专用 专属 通用 公用 共用 合用 混用 误用 滥用 停留在 局限于 着重 侧重 倾向
偏向 偏好 喜欢 喜爱 讨厌 担心 担忧 放心 安心 满意 不满 开放 关闭 打开 关掉 开启 启动 重启 运行
运转 运作 工作中 使用中 进行中 完成后 结束后 开始后 之类的 起见 而成 而来 所在 所在地 所属 所有的
所需 所得 所用 材料 人群 人士 工程 项目 节目 题目 科目 名目 目的地 步伐 场合 环境 背景 条款 文本
版本 式样 样子 样式 形状 外观 外形 颜色 声音 气味 味道 质地 手感 口感 功课 功夫 用功 成功 修正
维护 爱护 照顾 照看 看管 保管 保护 守护 监督 监管 管控 控制 掌握 掌控 把握 占 占据 占有 占到 占比
比例 比率 份额 总体 个体 群体 队员 选手 成员 代表 担当 承担 分担 面向 面对面 当面 当场 现场 场地
会场 途中 沿途 沿路 一路 路上 半路 中途 路程 行程 全程 全长 全年 全天 整天 整年 整夜 防 以防 害怕
怕 恐怕 生怕 免去 省去 省下 节省 节约 浪费 花掉 用掉 耗费 耗时 费时 费用 钱 钱款 款项 资金 价
价格 价钱 便宜 昂贵 贵 划算 考虑 考量 衡量 权衡 对待 看待 应对 应付 处置 解决 化解 缓解 减轻 加重
恶化 改善 改进 改良 优化 完善 健全 建成 落成 建于 始建 修建 兴建 新建 扩建 改建 送来 送去 接 接着
接下来 紧接着 跟着 随着 伴随 连同 连带 顺便 顺带 顺手 亲手 亲自 亲口 当众 公开 私下 暗中 偷偷
悄悄 默默 静静 轻轻 稍微 稍稍 偏 偏低 偏高 偏大 偏小 偏多 偏少 较多 较少 较大 较小 较高 较低 较长
较短 更多 更少 更大 更小 更高 更低 更长 更短 越多 越少 足够 不够 够 够用 充裕 富余 剩 捞 捞出 挑
挑选 拣 选 选出 选中 抽 抽出 抽取 提取 取出 拿出 掏出 放出 放进 放入 装入 装进 塞入 塞进 倒入
倒进 倒出 洒 洒上 撒 撒上 涂 涂上 抹 抹上 盖 盖上 卷 卷起 折 折起 叠 叠放 堆 堆放 摆 摆放 摆好 挂
挂上 挂在 贴 贴上 贴在 钉 钉上 绑 绑上 捆 捆好 锁 锁上 锁好 关好 合上 合拢 掀开 揭开 拆开 拆下
取下 卸下
"""
"""The same in Chinese."""
