<?php

namespace SupportBridge;

/**
 * The place in a form where files are chosen; the form around it must be sent as `multipart/form-data`.
 */
final class FileField
{
    public const NAME = 'files';

    private const CHOSEN = '.png,.jpg,.jpeg,.gif,.webp,.pdf,.txt,.log,.csv,.zip';

    public static function html(PageKit $kit): Html
    {
        return Html::of(
            'label',
            ['class' => 'supportbridge-field'],
            Html::of('span', ['class' => 'supportbridge-field__label'], $kit->say('files')),
            Html::of('input', [
                'type' => 'file',
                'name' => Form::PREFIX . self::NAME . '[]',
                'multiple' => true,
                'accept' => self::CHOSEN,
                'class' => 'supportbridge-input',
            ]),
            Html::of('span', ['class' => 'supportbridge-field__help'], $kit->say('files_help', [
                'count' => Upload::MOST_FILES,
                'most' => Upload::mostMegabytes(),
            ]))
        );
    }
}
