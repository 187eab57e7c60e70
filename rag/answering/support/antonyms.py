"""Holds words and their opposites, English and Chinese; knows no text."""

from typing import Final

OPPOSITES_EN: Final = """
above | below
oldest longest | newest shortest
before | after
keep retain preserve | delete remove discard erase destroy purge
recoverable recover restore retrieve | irrecoverable unrecoverable
free free_of_charge gratis complimentary no_charge | charge chargeable fee full_price
longer lengthen extend prolong | shorten
longer | shorter
alive exist survive | extinct die_out
valid | invalid void
used | unused
optional voluntary | mandatory compulsory obligatory
benefit | harm
accept | refuse reject
agree | disagree
open accessible available reopen inaugurate | close shut unavailable
approve accept adopt pass agree in_favour favour | reject decline turn_down vote_down refuse deny
include contain cover comprise count count_as | exclude except omit leave_out not_cover
increase rise grow raise climb go_up gain double | decrease fall drop decline reduce shrink lower
go_up rise climb | go_down fall drop decline
start begin commence launch | end finish stop cease terminate conclude halt
connect attach plug_in | disconnect detach unplug
enable activate switch_on turn_on | disable deactivate switch_off turn_off
win won victory | lose lost defeat
succeed success successful pass | fail failure unsuccessful
same identical equal alike | differ different difference unequal
improve better recover | worsen worse deteriorate
stronger greater | weaker
faster quicker sooner | slower
older oldest | newer youngest younger newest latest
largest biggest greatest highest longest | smallest least lowest shortest
strongest | weakest
cheap cheaper | expensive dearer dear
inside internal indoor within | outside external outdoor
upper top peak summit | lower bottom foot base
north northern | south southern
east eastern | west western
male man men father husband son brother king | female woman women mother wife daughter sister
public | private confidential
automatic automatically by_itself itself | manual manually by_hand
temporary temporarily provisional | permanent permanently for_good forever
visible see seen | invisible hide hidden unseen
possible | impossible
safe harmless | dangerous harmful unsafe
majority | minority
buy purchase | sell sold
import | export
arrive enter | leave depart exit
lend | borrow
push | pull
hot warm heat | cold cool
summer | winter
dusk evening sunset | dawn morning sunrise
old ancient | new modern
early | late delayed
wet damp moist humid | dry
rich | poor
hard difficult | easy simple
support | oppose
guilty convict | innocent acquit
employ hire appoint recruit | dismiss fire sack
lock | unlock
upload | download
encrypt | decrypt
online | offline
unopened sealed | opened
vaccinated | unvaccinated
deliver | return
employer | employee
tenant | landlord
buyer customer client | seller supplier vendor
parent | child
teacher | student pupil
lender | borrower
encourage | discourage
remember | forget
lead | trail
profit | loss
asset | liability
supply | demand
sender | recipient receiver
swallow | spit spit_out
double twice | half halve
likely | unlikely
recommend advise | advise_against not_recommend discourage
overestimate | underestimate
maximum | minimum
often frequently | rarely seldom
plaintiff | defendant
predecessor | successor
vertical | horizontal
"""
"""Two sides of a line are opposites; words of a phrase are joined by "_"."""

OPPOSITES_ZH: Final = """
开放 营业 开门 开馆 照常开放 | 关闭 闭馆 关门 封闭 停业 休馆 打烊 不开 不开放 不营业
高于 超过 多于 大于 超出 | 低于 少于 小于 不足 不到
最高 最大 最长 | 最低 最小 最短
以前 之前 | 以后 之后
以上 | 以下
提前 提早 | 推迟 延后 延迟 延期
免费 无偿 免收 不收费 不收钱 不要钱 不花钱 不计费 不产生费用 免票 | 收费 付费 有偿 缴费 收钱 要钱
保留 保存 留存 | 删除 清除 销毁
有效 | 无效
所有 全部 全都 | 部分
必须 务必 | 自愿 可选
早上 早班 | 晚上 晚班
照常 照开 照旧 如常 | 停止 暂停 停航 停运 停驶 停开 停课 不开
通过 批准 同意 采纳 赞成 接受 支持 获准 | 否决 驳回 拒绝 反对 不同意 不批 不赞成 退回 否定
包括 包含 含 涵盖 计入 | 除外 排除 不含 不包括 不计
增加 上升 提高 增长 上涨 升高 升 扩大 增至 增 上调 | 减少 下降 降低 缩减 下跌 降 缩小 减至 减 下调
开始 启动 开工 启用 | 结束 停止 终止 中止 停工 停用 停机
延长 | 缩短
连接 接通 | 断开 切断
打开 开启 启用 | 关闭 关掉 停用 禁用
成功 及格 合格 达标 | 失败 不合格 不及格
战胜 击败 获胜 胜 赢 | 战败 失利 输 败
相同 一样 一致 | 不同 差异 差别 区别
改善 好转 变好 改进 | 恶化 变差 变坏 下降
境内 国内 | 境外 国外 海外
内部 室内 里面 | 外部 室外 户外 外面
上午 早上 清晨 早晨 | 下午 晚上 傍晚 黄昏 夜间 夜晚
白天 | 黑夜 夜间 夜里
早班 | 晚班 夜班
自动 | 手动 人工
接受 | 拒绝
连续 | 间断
长期 永久 | 短期 临时 暂时
进口 | 出口
支持 赞成 | 反对
男 雄 公 | 女 雌 母
男性 男子 男人 父亲 丈夫 儿子 雄鹤 | 女性 女子 女人 母亲 妻子 女儿 雌鹤
有关 相关 有关系 | 无关 没有关系
安全 无害 | 危险 有害
已知 | 未知
多数 大多数 大部分 | 少数 小部分
购买 买 买入 | 出售 卖 卖出 销售
到达 进入 | 离开
接收方 收件人 收方 | 发送方 寄件人 发件人
甲方 | 乙方
发送 寄出 发出 | 接收 收到
借入 | 借出
夏天 夏季 | 冬天 冬季
春天 春季 | 秋天 秋季
旧 老 古老 | 新 年轻 现代
潮湿 湿 | 干燥 干
富 | 穷
困难 难 | 容易 简单
聘用 录用 雇用 | 解雇 辞退 开除
入职 | 离职
转正 | 试用
锁定 | 解锁
上传 | 下载
加密 | 解密
在线 联网 | 离线 断网
强制 | 自愿
拆封 开封 | 未拆封 未开封
公开 | 保密
生产环境 正式环境 | 测试环境
东 | 西
南 | 北
左 | 右
盈利 | 亏损
收入 | 支出
原告 | 被告
房东 出租人 | 租客 承租人
雇主 | 雇员
老师 教师 | 学生
医生 | 患者 病人
家长 | 孩子
公司 | 客户
承认 认可 | 否认
仍在 还在 尚在 | 已过 过了 超出
主动 | 被动
盖上 加盖 盖着 | 敞开 敞着 掀开 揭开
直接 | 间接
全职 专职 | 兼职
固定 | 流动 浮动
线上 网上 | 线下 现场 面对面
预付 先付 | 后付
顺时针 | 逆时针
正极 | 负极
阳性 | 阴性
急性 | 慢性
良性 | 恶性
晴天 | 雨天
涨价 | 降价
入口 | 出口
上班 | 下班
上车 | 下车
入住 | 退房
充电 | 放电
加热 升温 | 冷却 降温
加速 加快 | 减速 放慢
结婚 | 离婚
出生 | 去世 逝世
入学 | 毕业
优点 | 缺点
有利 | 不利
主要 | 次要
城市 城镇 | 农村 乡村
沿海 | 内陆
全量 | 增量
同步 | 异步
静态 | 动态
只读 | 可写
前端 | 后端
客户端 | 服务端 服务器端
输入 | 输出
导入 | 导出
安装 | 卸载
专门 | 顺便
债权人 | 债务人
买方 | 卖方
上调 | 下调
早产 | 晚产
有机 | 无机
轻度 轻微 | 重度 严重
首次 第一次 | 最后一次
空腹 饭前 | 饭后 随餐
"""
"""The same in Chinese."""
