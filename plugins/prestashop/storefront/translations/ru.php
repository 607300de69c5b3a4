<?php

global $_MODULE;
$_MODULE = [];
// Support Bridge: coins on the account page
$_MODULE['<{supportbridge}prestashop>supportbridge_170513551d9efabd9afc111c8ad4496c'] = 'Support Bridge: монеты в личном кабинете';
// Shows customers their support coins, plan and next expiry on their account page.
$_MODULE['<{supportbridge}prestashop>supportbridge_b1d71534a3081e10bd797054430ce009'] = 'Показывает покупателям их монеты поддержки, план и ближайший срок действия в личном кабинете.';
// Removing this module leaves its tables in the database: they belong to the support desk.
$_MODULE['<{supportbridge}prestashop>supportbridge_9193d98d7d88c840d533326d6bbe0222'] = 'При удалении модуля его таблицы остаются в базе: они принадлежат службе поддержки.';
// The tables are in place.
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_8f321872875b02f7a8cefddb7c66f6f7'] = 'Таблицы на месте.';
// The tables cannot be used:
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_a80c81d77b813f99dab08137c07aaef9'] = 'Таблицы нельзя использовать:';
// Key file of store
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_74069e051130430659c4bac9d50b9ccd'] = 'Файл ключа магазина';
// A key file cannot be used:
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_899a3504eb2772503cabfd0876d85cb2'] = 'Файл ключа нельзя использовать:';
// There is no key file in the config folder yet: run bridge store pair on the machine of the desk and put the file it names there.
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_2a86c8941258faf7e06690e923f14ee4'] = 'В папке config ещё нет файла ключа: выполните bridge store pair на сервере поддержки и положите сюда названный файл.';
// The config folder lies inside the web root: make sure that the web server hands out nothing from it.
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_98eaa18450da12e74577b08ad2efc72e'] = 'Папка config лежит внутри корня сайта: убедитесь, что веб-сервер ничего из неё не отдаёт.';
// What the block needs
$_MODULE['<{supportbridge}prestashop>supportbridge_b9694435a13dec767be3a00f84df4ba5'] = 'Что нужно блоку';
// Support coins
$_MODULE['<{supportbridge}prestashop>supportbridge_90fbef2395e059254be77582769f76cf'] = 'Монеты поддержки';
// Coins available
$_MODULE['<{supportbridge}prestashop>supportbridge_69c7883c22adf2de61345de8bd43cfb0'] = 'Доступно монет';
// Coins held
$_MODULE['<{supportbridge}prestashop>supportbridge_04043a4826ecddb333228ec9bab829af'] = 'Монет в резерве';
// Plan
$_MODULE['<{supportbridge}prestashop>supportbridge_0b6cbdf7ad2928078f1600a3e8979485'] = 'План';
// No active plan
$_MODULE['<{supportbridge}prestashop>supportbridge_b3fea88d41567f49f224430ecc594fe4'] = 'Нет действующего плана';
// Next expiry
$_MODULE['<{supportbridge}prestashop>supportbridge_5d5ba0f4d9fa1479323b218a861123f7'] = 'Ближайшее окончание';
// No coins will expire
$_MODULE['<{supportbridge}prestashop>supportbridge_8936ac89b63895a3dd37838d217222cb'] = 'Нет монет с истекающим сроком';
// This account is paused at the moment. Please contact our support.
$_MODULE['<{supportbridge}prestashop>supportbridge_edac5528d85d8bb4a5e7728dfb487a3e'] = 'Счёт временно приостановлен. Пожалуйста, обратитесь в поддержку.';
// The tables could not be made. The error number of the database is in the log.
$_MODULE['<{supportbridge}prestashop>supportbridge_14b854154fd2940aa3bd2ac6159ba3fe'] = 'Не удалось создать таблицы. Номер ошибки базы данных записан в журнал.';
// This module needs PHP 7.4 or newer.
$_MODULE['<{supportbridge}prestashop>supportbridge_76c67b2da924051c1d924c68eb0f24c7'] = 'Этому модулю нужен PHP 7.4 или новее.';
// A changed order is told to the desk at once.
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_fd4aeb8bb97cce78ea32985dbfcb62ca'] = 'Об изменённом заказе служба поддержки узнаёт сразу.';
// The desk is not told of changed orders and looks at its own pace: run bridge store prepare on the machine of the desk to make the table of hints.
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_2b3123386b7597ac60feb4c7ff1a9173'] = 'Служба поддержки не узнаёт об изменённых заказах сразу и проверяет их в своём темпе: выполните bridge store prepare на сервере поддержки, чтобы создать таблицу supportbridge_hint.';
// The desk is not told of changed orders and looks at its own pace: reset this module once.
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_415072c62f7cbd5286efa859a0d7ff6b'] = 'Служба поддержки не узнаёт об изменённых заказах сразу и проверяет их в своём темпе: один раз сбросьте этот модуль.';
// Customers can see offers, decide on them and write tickets.
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_0c1d72727de3159e52f532dacf7af79f'] = 'Покупатели видят предложения, решают по ним и пишут обращения.';
// Customers see their coins, but no offers, and cannot write tickets: run bridge store prepare on the machine of the desk to make the tables.
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_403555ddda0210cdebd2ef1625de233b'] = 'Покупатели видят свои монеты, но не предложения, и не могут писать обращения: выполните bridge store prepare на сервере поддержки, чтобы создать таблицы.';
// Staff see the coins of a customer beside his orders and his page.
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_757e42a99a54bb46e649439e25b7e672'] = 'Сотрудники видят монеты покупателя рядом с его заказами и карточкой.';
// Staff do not see the coins beside orders and customers: reset this module once.
$_MODULE['<{supportbridge}prestashop>supportbridgefindings_c71b4099135ebd3fb1f1250ec8f4224f'] = 'Сотрудники не видят монет рядом с заказами и покупателями: один раз сбросьте этот модуль.';
// just now
$_MODULE['<{supportbridge}prestashop>supportbridgewords_2654992d78afbd40bad349302a6f2b6a'] = 'только что';
// {count} minutes ago
$_MODULE['<{supportbridge}prestashop>supportbridgewords_87238244995929210b716cb2a9acd171'] = '{count} мин назад';
// {count} hours ago
$_MODULE['<{supportbridge}prestashop>supportbridgewords_a730696d895bc05affab0931516c4df1'] = '{count} ч назад';
// {count} days ago
$_MODULE['<{supportbridge}prestashop>supportbridgewords_6bb22e33c324c19fd57057914c09a9e7'] = '{count} дн. назад';
// Support coins
$_MODULE['<{supportbridge}prestashop>supportbridgewords_90fbef2395e059254be77582769f76cf'] = 'Монеты поддержки';
// Coins available
$_MODULE['<{supportbridge}prestashop>supportbridgewords_69c7883c22adf2de61345de8bd43cfb0'] = 'Доступно монет';
// Coins held
$_MODULE['<{supportbridge}prestashop>supportbridgewords_04043a4826ecddb333228ec9bab829af'] = 'Монет в резерве';
// Plan
$_MODULE['<{supportbridge}prestashop>supportbridgewords_0b6cbdf7ad2928078f1600a3e8979485'] = 'План';
// No active plan
$_MODULE['<{supportbridge}prestashop>supportbridgewords_b3fea88d41567f49f224430ecc594fe4'] = 'Нет действующего плана';
// Next expiry
$_MODULE['<{supportbridge}prestashop>supportbridgewords_5d5ba0f4d9fa1479323b218a861123f7'] = 'Ближайшее окончание';
// No coins will expire
$_MODULE['<{supportbridge}prestashop>supportbridgewords_8936ac89b63895a3dd37838d217222cb'] = 'Нет монет с истекающим сроком';
// Offers waiting for the customer
$_MODULE['<{supportbridge}prestashop>supportbridgewords_c7be903a9eb6a3ae06a0bb77613365e5'] = 'Предложения, ожидающие решения покупателя';
// Offer {number}, coins: {coins}, until {day}
$_MODULE['<{supportbridge}prestashop>supportbridgewords_dfea55a5c26d764b7e076a1eeb5f7db1'] = 'Предложение {number}, монет: {coins}, до {day}';
// Open tickets
$_MODULE['<{supportbridge}prestashop>supportbridgewords_e649d328563e769f257c6eee5007732a'] = 'Открытые обращения';
// Open tickets among {most}: the newest, and those with an offer that goes on
$_MODULE['<{supportbridge}prestashop>supportbridgewords_459978a38a552567d0f2c3c29d5f908e'] = 'Открытые обращения из {most}: последние и те, по которым идёт предложение';
// Ticket {number}
$_MODULE['<{supportbridge}prestashop>supportbridgewords_888636e6eede74747bdb60d5a986622e'] = 'Обращение {number}';
// question before buying
$_MODULE['<{supportbridge}prestashop>supportbridgewords_cfe611f3ad69f36a2e741060bb2ebf50'] = 'вопрос перед покупкой';
// support
$_MODULE['<{supportbridge}prestashop>supportbridgewords_434990c8a25d2be94863561ae98bd682'] = 'поддержка';
// work
$_MODULE['<{supportbridge}prestashop>supportbridgewords_67e92c8765a9bc7fb2d335c459de9eb5'] = 'работа';
// waits for our answer
$_MODULE['<{supportbridge}prestashop>supportbridgewords_f56d8e7fd5e0cd1f48a193896356c91f'] = 'ждёт нашего ответа';
// waits for the customer
$_MODULE['<{supportbridge}prestashop>supportbridgewords_f4aee90bc972a13beacfd684eb672a0a'] = 'ждёт клиента';
// waits for the approval
$_MODULE['<{supportbridge}prestashop>supportbridgewords_1d01092e18be76412e7ee73343cc370b'] = 'ждёт одобрения';
// in work
$_MODULE['<{supportbridge}prestashop>supportbridgewords_b9ac4795202c3ecebf2cfc687aada653'] = 'в работе';
// urgency asked for
$_MODULE['<{supportbridge}prestashop>supportbridgewords_e9d1989fc6e10678cabe012c7a50bce4'] = 'запрошена срочность';
// urgent
$_MODULE['<{supportbridge}prestashop>supportbridgewords_8ff271ce9de4cf5ecd3c917d2515342f'] = 'срочно';
// answer due {moment}
$_MODULE['<{supportbridge}prestashop>supportbridgewords_1416a9a0c818795544153570f4d8f42f'] = 'ответ до {moment}';
// answer overdue since {moment}
$_MODULE['<{supportbridge}prestashop>supportbridgewords_1ab4981bb81f8903224e44363482ff2e'] = 'ответ просрочен с {moment}';
// Licences
$_MODULE['<{supportbridge}prestashop>supportbridgewords_21e4164bfdb63312a661b92332eedbec'] = 'Лицензии';
// Licence {number}
$_MODULE['<{supportbridge}prestashop>supportbridgewords_2eaebdc320088dbee73442177b5310ca'] = 'Лицензия {number}';
// active
$_MODULE['<{supportbridge}prestashop>supportbridgewords_c76a5e84e4bdee527e274ea30c680d79'] = 'действует';
// active, ends soon
$_MODULE['<{supportbridge}prestashop>supportbridgewords_948444f41e65dddfc2015ec2d3942d6c'] = 'действует, скоро закончится';
// ended
$_MODULE['<{supportbridge}prestashop>supportbridgewords_dd2677d07f29951449ecbd2ab3b896eb'] = 'закончилась';
// suspended
$_MODULE['<{supportbridge}prestashop>supportbridgewords_735fda5d72b5c650f3f0435195a211bd'] = 'приостановлена';
// suspended, the payment was returned
$_MODULE['<{supportbridge}prestashop>supportbridgewords_a4193d6820bf81508755e19cc2339b2d'] = 'приостановлена, оплата возвращена';
// until {day}
$_MODULE['<{supportbridge}prestashop>supportbridgewords_1ed08153ed03071339fda58b2f46cd2b'] = 'до {day}';
// This account is frozen: nothing can be approved or redeemed.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_83035aaef0069044673d39ad19134376'] = 'Счёт заморожен: ничего нельзя одобрить или использовать.';
// The desk last reported {age}: what stands here may be out of date.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_0f9773c5c89ba96066325e4998682dd6'] = 'Служба поддержки последний раз сообщала о себе {age}: эти сведения могли устареть.';
// Tickets are shown once the desk has been updated.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_3c4217588ff8d85245bafbf355bd9837'] = 'Обращения появятся, когда программа службы поддержки будет обновлена.';
// Tickets are shown once this shop has the table for them: run bridge store prepare on the machine of the desk.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_8de556eeb17e070ff636478cb878de3a'] = 'Обращения появятся, когда в этом магазине будет таблица для них: выполните bridge store prepare на машине службы поддержки.';
// The coins cannot be shown:
$_MODULE['<{supportbridge}prestashop>supportbridgewords_cee9bd687f67fd0a905051243345bc29'] = 'Монеты нельзя показать:';
// This customer has no support coins and no tickets.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_af256254230c9525199dbea3d0c94327'] = 'У этого покупателя нет монет поддержки и обращений.';
// This customer has no support coins and no tickets in the shops that you can see.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_4826eacb2ff3e0b3204c714092970010'] = 'В магазинах, которые вам видны, у этого покупателя нет монет поддержки и обращений.';
// Only to read. The signatures of these entries have been checked.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_c28b59425d68ae8b538bfdaa83d1eff1'] = 'Только для чтения. Подписи этих записей проверены.';
// State of the bridge
$_MODULE['<{supportbridge}prestashop>supportbridgewords_952f29eefe0eeccc7b281b00dbc781b1'] = 'Состояние моста';
// This shop
$_MODULE['<{supportbridge}prestashop>supportbridgewords_8c52770d57749900ab4280e92a05681c'] = 'Этот магазин';
// The desk of store {store}
$_MODULE['<{supportbridge}prestashop>supportbridgewords_d4372e87041e7f50db5a7b37268c0629'] = 'Служба поддержки магазина {store}';
// This extension is of version {version}.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_105906bc8d13cd7b1975255f3278b5ec'] = 'Версия этого расширения: {version}.';
// The tables are of version {version}, which this extension reads.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_8c335aa4d5bdc56b7c90fade396103db'] = 'Версия таблиц: {version}, расширение её читает.';
// The tables are of version {version}, this extension reads {known}: install the extension that belongs to the desk.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_d4f443420074efd0cb03391f29a505ef'] = 'Версия таблиц: {version}, а расширение читает {known}: установите расширение той же версии, что и служба поддержки.';
// The tables are missing: run bridge store prepare on the machine of the desk, or install this extension again.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_0b088fb685afc1f83a88c18e8a4bb759'] = 'Таблиц нет: выполните bridge store prepare на сервере поддержки или установите расширение заново.';
// Some tables are missing, and customers do not see what belongs there: {names}. Run bridge store prepare on the machine of the desk.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_a497b82929ee29b5c92b2081f6335ccf'] = 'Не хватает таблиц, и покупатели не видят того, что в них хранится: {names}. Выполните bridge store prepare на сервере поддержки.';
// The tables cannot be read:
$_MODULE['<{supportbridge}prestashop>supportbridgewords_86dde836cbfd2079b79c897b2f3eddb7'] = 'Таблицы нельзя прочитать:';
// The desk last reported {age} ({moment}).
$_MODULE['<{supportbridge}prestashop>supportbridgewords_899986c051f2fa6e2e2d1fb56582696f'] = 'Служба поддержки сообщила о себе {age} ({moment}).';
// The desk last reported {age} ({moment}), and should every few minutes: see whether its program runs and reaches this shop (bridge status).
$_MODULE['<{supportbridge}prestashop>supportbridgewords_37399d919130bf8ae05e8f24871c3d89'] = 'Служба поддержки сообщила о себе {age} ({moment}), а должна каждые несколько минут: проверьте, что её программа работает и видит магазин (bridge status).';
// The desk reported at a moment that lies ahead ({moment}): the clock of the desk or of this shop is wrong.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_66c4206efb367a02a34fd24ff4422008'] = 'Служба поддержки сообщила о себе в момент, который ещё не наступил ({moment}): часы сервера поддержки или магазина неверны.';
// The desk has not written into this shop yet: see whether its program runs and whether store {store} is in its settings (bridge check).
$_MODULE['<{supportbridge}prestashop>supportbridgewords_aebb207fa106f59d75e64bb2e515a117'] = 'Служба поддержки ещё ничего не записала в этот магазин: проверьте, что её программа работает и магазин {store} есть в её настройках (bridge check).';
// The desk has connected to this shop but does not report its state: its program is older than {version}, or has not run since it was updated.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_133a49fef5030985780041b41945ba49'] = 'Служба поддержки подключалась к магазину, но не сообщает о своём состоянии: версия её программы ниже {version}, или она ещё не запускалась после обновления.';
// The report of the desk cannot be used:
$_MODULE['<{supportbridge}prestashop>supportbridgewords_aadd5545d4a531a57b27870c039ca2ed'] = 'Сообщение службы поддержки нельзя использовать:';
// The desk is well.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_ebded0eccec6517c4c000156287cd139'] = 'Служба поддержки работает нормально.';
// The desk is not reading orders yet, or waits for a confirmation: bridge status says for what.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_9e57e205f6f7bcf46a46bdcd095c0774'] = 'Служба поддержки ещё не читает заказы или ждёт подтверждения: bridge status скажет какого.';
// The desk has paused this store and waits for staff: bridge problems list says why.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_6f129e7f33fa29df97e798c2dc28d19a'] = 'Служба поддержки приостановила этот магазин и ждёт сотрудника: bridge problems list скажет почему.';
// The desk names a state that this extension does not know: {state}. See bridge status.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_2d62b37bc54416dd1cb7b56317ec634a'] = 'Служба поддержки называет состояние, которого расширение не знает: {state}. Смотрите bridge status.';
// No problem waits for staff.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_c26489b30c4805b0b7a7993e645d82cc'] = 'Нет проблем, ожидающих сотрудника.';
// Problems waiting for staff: {count}. bridge problems list shows them.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_b389607486fa86c71204f4708cd3bbe7'] = 'Проблем, ожидающих сотрудника: {count}. Их показывает bridge problems list.';
// Orders were last read {age}.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_23e032e3e8b2586a38f552d823c0f71f'] = 'Заказы последний раз прочитаны {age}.';
// Orders have not been read yet.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_9c2caae1cc6961e5e1848caf925a9b28'] = 'Заказы ещё не читались.';
// The desk is of version {desk} and fits this extension.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_532817d4ac17b19cb2777013ba17ca7c'] = 'Версия службы поддержки {desk}, она подходит к этому расширению.';
// The desk is of version {desk}, older than this extension ({extension}): customers do not see what only a newer desk writes. Update the desk.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_7c5a106cb298e9b0c999f7f71779a8d6'] = 'Версия службы поддержки ({desk}) ниже версии этого расширения ({extension}): покупатели не видят того, что пишет только новая служба. Обновите службу поддержки.';
// The desk is of version {desk}, newer than this extension ({extension}): customers do not see what is new in it. Install the extension of that version.
$_MODULE['<{supportbridge}prestashop>supportbridgewords_97b94048ad6ecbeb0accf4de58dbf286'] = 'Версия службы поддержки ({desk}) выше версии этого расширения ({extension}): покупатели не видят нового в ней. Установите расширение этой версии.';
